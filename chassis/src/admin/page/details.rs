//! What a click on a port shows: its routes or methods, its policy, its last failures, and the
//! configuration that made it so.
//!
//! Only the one that was asked for is part of a page: all of them would be most of its weight. A script
//! asks for it and puts it in; without one, its link leads to a page that holds it. What changes while it
//! is open bears `data-part`: the script asks for it anew.

use std::fmt::Write;

use super::drawing::MARK;
use super::markup::Text;
use super::policies;
use super::ports::{cells, cut};
use super::sections::{requests, time};
use super::words::{self, NONE, Standing};
use crate::admin::model::{
    Chosen, ChosenPort, Failed, Hexagon, Inbound, LeadsTo, Method, Outbound, PortState, Request,
    Route, RoutePolicy, Setting,
};

/// Where the chosen port is shown.
pub(super) fn place(out: &mut String, hexagon: &Hexagon) {
    out.push_str("<div id=\"details\">");
    if let Some(chosen) = &hexagon.chosen {
        article(out, hexagon, chosen);
    }
    out.push_str("</div>");
}

/// The chosen port.
pub(super) fn article(out: &mut String, hexagon: &Hexagon, chosen: &Chosen) {
    match &chosen.port {
        Some(ChosenPort::Inbound(port)) => inbound(out, hexagon, &chosen.component, port),
        Some(ChosenPort::Outbound(port)) => {
            outbound(out, &chosen.component, port, hexagon.at_unix_ms);
        }
        None => {
            let _ = write!(
                out,
                "<article tabindex=\"-1\">{CLOSE}<p class=\"empty\">There is no port <code>{}</code> \
                 here.</p></article>",
                Text(&chosen.id)
            );
        }
    }
}

/// The way back: a page that shows no port.
const CLOSE: &str = "<p class=\"close\"><a href=\"/\">Close</a></p>";

fn inbound(out: &mut String, hexagon: &Hexagon, component: &str, port: &Inbound) {
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
    settings(out, &port.settings);
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

fn outbound(out: &mut String, component: &str, port: &Outbound, now: u64) {
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
    settings(out, &port.settings);
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

/// What was set, line by line, and that there is more to set.
fn settings(out: &mut String, settings: &[Setting]) {
    if settings.is_empty() {
        return;
    }
    out.push_str("<h4>Configured by</h4>");
    let is_default = |setting: &&Setting| setting.source == "default";
    let set: Vec<&Setting> = settings
        .iter()
        .filter(|setting| !is_default(setting))
        .collect();
    if !set.is_empty() {
        out.push_str("<table class=\"rows settings\"><tbody>");
        set.iter().for_each(|setting| line(out, setting));
        out.push_str("</tbody></table>");
    }
    let unset = settings.len() - set.len();
    if unset > 0 {
        let others = if set.is_empty() { "keys" } else { "other keys" };
        let _ = write!(
            out,
            "<details class=\"dim\"><summary>{unset} {others} are at their defaults</summary><p>"
        );
        for key in settings.iter().filter(is_default) {
            let _ = write!(out, "<code>{}</code> ", Text(&key.key));
        }
        out.push_str("</p></details>");
    }
}

fn line(out: &mut String, setting: &Setting) {
    let value = match &setting.value {
        Some(value) => format!("<code>{}</code>", Text(value)),
        None => format!("<i>{NONE}</i>"),
    };
    let _ = write!(
        out,
        "<tr data-key=\"{key}\"><th><code>{key}</code></th>\
         <td data-label=\"Value\">{value}</td><td data-label=\"From\">{}</td></tr>",
        Text(&setting.source),
        key = Text(&setting.key),
    );
}

/// The first lines of an article.
struct Title<'a> {
    id: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    about: String,
    doc: &'a str,
    standing: Standing,
    figures: usize,
}

impl Title<'_> {
    fn open(&self, out: &mut String) {
        let Standing { class, word } = self.standing;
        let version = self
            .version
            .map(|version| format!(" <i>v{}</i>", Text(version)));
        let _ = write!(
            out,
            "<article id=\"{id}\" data-f=\"{figures}\" tabindex=\"-1\" autofocus>{CLOSE}\
             <h3>{name}{version}</h3>\
             <p class=\"state {class}\">{MARK}<span>{word}</span> <i>{about}</i></p>",
            id = Text(self.id),
            figures = self.figures,
            name = Text(self.name),
            version = version.unwrap_or_default(),
            about = Text(&self.about),
        );
        if !self.doc.is_empty() {
            let _ = write!(out, "<p class=\"doc\">{}</p>", Text(self.doc));
        }
    }
}
