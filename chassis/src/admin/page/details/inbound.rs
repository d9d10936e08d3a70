//! What the service offers: its routes with their policies, its last failures.

use std::fmt::Write;

use super::{Title, settings};
use crate::admin::model::{Hexagon, Inbound, Request, Route, RoutePolicy};
use crate::admin::page::markup::Text;
use crate::admin::page::ports::{cells, cut};
use crate::admin::page::sections::requests;
use crate::admin::page::words::{self, Standing};

pub(super) fn article(out: &mut String, hexagon: &Hexagon, component: &str, port: &Inbound) {
    let standing = Standing::of_inbound(&port.figures);
    let title = Title {
        id: &port.id,
        name: &port.name,
        version: port.version.as_deref(),
        about: format!("what {component} offers"),
        doc: &port.doc,
        standing,
        figures: port.figures.id,
    };
    title.open(out);
    routes(out, port);
    let own = |request: &&Request| {
        let is_route = |route: &Route| route.path == request.route && !route.path.is_empty();
        request.component == component && port.routes.iter().any(is_route)
    };
    let failed: Vec<&Request> = hexagon.failed.iter().filter(own).collect();
    out.push_str("<h4>Last failures</h4><div data-part>");
    requests(out, &failed, hexagon.at_unix_ms);
    out.push_str("</div>");
    settings::all(out, &port.settings);
    if let Some(source) = &port.source {
        let _ = write!(
            out,
            "<p class=\"source\">Written in <code>{}</code></p>",
            Text(source)
        );
    }
    out.push_str("</article>");
}

/// So many routes of one port are shown at once.
const ROUTES: usize = 50;

fn routes(out: &mut String, port: &Inbound) {
    out.push_str("<h4>Routes</h4>");
    if port.routes.is_empty() {
        out.push_str("<p class=\"empty\">No routes.</p>");
        return;
    }
    out.push_str(
        "<table class=\"rows f\"><thead><tr><th>Route</th>\
        <th>Policy</th><th>Rate</th>\
        <th>Errors</th><th>p50</th>\
        <th>p99</th></tr></thead><tbody>",
    );
    for route in port.routes.iter().take(ROUTES) {
        let policy = route
            .policy
            .as_ref()
            .map_or_else(|| "its own".to_owned(), in_words);
        let _ = write!(
            out,
            "<tr data-f=\"{}\"><th><code>{} {}</code> <i>{}</i></th>\
             <td data-label=\"Policy\">{}</td>",
            route.figures.id,
            Text(&route.method),
            Text(&route.path),
            Text(&route.summary),
            Text(policy),
        );
        cells(out, &route.figures);
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    cut(
        out,
        "routes",
        port.routes.len().min(ROUTES),
        port.routes_total,
    );
}

/// The policy of a route as a person would say it.
fn in_words(policy: &RoutePolicy) -> String {
    let mut words = vec![format!(
        "within {}",
        words::elapsed(as_float(policy.timeout_ms))
    )];
    if let Some(limit) = policy.max_body_bytes {
        words.push(format!("body up to {}", words::bytes(limit)));
    }
    if policy.idempotent {
        words.push("may be repeated".to_owned());
    }
    if policy.cancelled_with_caller {
        words.push("ends when its caller leaves".to_owned());
    }
    if let Some(since) = &policy.since {
        words.push(format!("since {since}"));
    }
    if policy.deprecated {
        words.push("deprecated".to_owned());
    }
    words.join(", ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of a limit, shown with two digits"
)]
fn as_float(number: u64) -> f64 {
    number as f64
}
