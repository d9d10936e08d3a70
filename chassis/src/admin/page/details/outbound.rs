//! What the service needs: where it leads, what its policies do, its methods and last failures.

use std::fmt::Write;

use super::{Title, settings};
use crate::admin::model::{Failed, LeadsTo, Method, Outbound, PortState};
use crate::admin::page::markup::Text;
use crate::admin::page::policies;
use crate::admin::page::ports::{cells, cut};
use crate::admin::page::sections::time;
use crate::admin::page::words::Standing;

pub(super) fn article(out: &mut String, component: &str, port: &Outbound, now: u64) {
    let title = Title {
        id: &port.id,
        name: &port.name,
        version: port.version.as_deref(),
        about: format!("what {component} needs"),
        doc: &port.doc,
        standing: Standing::of_outbound(&port.state),
        figures: port.figures.id,
    };
    title.open(out);
    let hidden = if port.state.why.is_none() {
        " hidden"
    } else {
        ""
    };
    let why = Text(port.state.why.as_deref().unwrap_or_default());
    let _ = write!(out, "<p class=\"note bad\" data-part{hidden}>{why}</p>");
    facts(out, port);
    policies::part(out, component, port, now);
    methods(out, &port.methods);
    addresses(out, &port.state, now);
    out.push_str("<h4>Last failures</h4>");
    failures(out, &port.state.failures, now);
    settings::all(out, &port.settings);
    out.push_str("</article>");
}

/// What connects it, where it leads, what holds for its calls.
fn facts(out: &mut String, port: &Outbound) {
    out.push_str("<dl>");
    let mut fact = |name: &str, value: &str| {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", Text(name), Text(value));
    };
    fact("Adapter", &port.adapter_path);
    match &port.leads_to {
        LeadsTo::Component { name, url, .. } => {
            fact("Leads to", &format!("{name}, in this process ({url})"));
        }
        LeadsTo::Service { name, origin } => fact("Leads to", &format!("{name}, by {origin}")),
        LeadsTo::Adapter => {}
    }
    for (name, value) in &port.policy {
        fact(name, value);
    }
    out.push_str("</dl>");
}

fn methods(out: &mut String, methods: &[Method]) {
    if methods.is_empty() {
        return;
    }
    out.push_str(
        "<h4>Methods</h4><table class=\"rows f\"><thead><tr><th>Method</th>\
        <th>Repeatable</th><th>Rate</th>\
        <th>Errors</th><th>p50</th>\
        <th>p99</th></tr></thead><tbody>",
    );
    for method in methods {
        let route = method
            .route
            .as_ref()
            .map(|route| format!(" <code>{}</code>", Text(route)));
        let _ = write!(
            out,
            "<tr data-f=\"{}\"><th>{}{} <i>{}</i></th>\
             <td data-label=\"Repeatable\">{}</td>",
            method.figures.id,
            Text(&method.name),
            route.unwrap_or_default(),
            Text(&method.summary),
            if method.idempotent { "yes" } else { "no" },
        );
        cells(out, &method.figures);
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
}

/// Hidden where none is known: what speaks to no address need not say so.
fn addresses(out: &mut String, state: &PortState, now: u64) {
    let hidden = if state.addresses.is_empty() {
        " hidden"
    } else {
        ""
    };
    let _ = write!(out, "<div data-part{hidden}><h4>Speaks to</h4><ul>");
    for address in &state.addresses {
        let zone = address
            .zone
            .as_ref()
            .map(|zone| format!(" <i>{}</i>", Text(zone)));
        let _ = write!(
            out,
            "<li><code>{}</code>{}",
            Text(&address.address),
            zone.unwrap_or_default(),
        );
        // Only instances share their calls by weight.
        if !address.id.is_empty() {
            let _ = write!(out, " <i>weight {}</i>", address.weight);
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    cut(
        out,
        "addresses",
        state.addresses.len(),
        state.addresses_total,
    );
    if let Some(since) = state.known_since_unix_ms {
        let _ = write!(out, "<p class=\"dim\">So since {}.</p>", time(since, now));
    }
    out.push_str("</div>");
}

fn failures(out: &mut String, failures: &[Failed], now: u64) {
    out.push_str("<div data-part>");
    if failures.is_empty() {
        out.push_str("<p class=\"empty\">None.</p></div>");
        return;
    }
    out.push_str(
        "<table class=\"rows\"><thead><tr><th>When</th><th>Method</th><th>Error</th><th>Trace</th></tr>\
         </thead><tbody>",
    );
    for failure in failures {
        let _ = write!(
            out,
            "<tr><td>{}</td><td data-label=\"Method\">{}</td><td data-label=\"Error\">{}</td>\
             <td data-label=\"Trace\"><code>{}</code></td></tr>",
            time(failure.at_unix_ms, now),
            Text(&failure.method),
            Text(&failure.error_type),
            Text(&failure.trace_id),
        );
    }
    out.push_str("</tbody></table></div>");
}
