//! What stands below the ports: health, requests, routes, configuration, log level.

use std::fmt::Write;

use super::drawing::MARK;
use super::markup::Text;
use super::ports::{cells, cut};
use super::words::{self, Standing};
use crate::admin::model::{Hexagon, Request, Route, TokenHint};
use crate::health::{CheckReport, CheckState};

pub(super) fn all(out: &mut String, hexagon: &Hexagon) {
    health(out, hexagon);
    recent(out, hexagon);
    routes(out, hexagon);
    config(out, &hexagon.token);
    level(out, hexagon);
}

/// Begins a section. Of rows that don't all show without scrolling it says how many there are.
pub(super) fn open(out: &mut String, id: &str, title: &str, rows: usize) {
    let count = match tall(rows) {
        "" => String::new(),
        _ => format!(" <i>{rows}</i>"),
    };
    let _ = write!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}{count}</h2>"
    );
}

fn health(out: &mut String, hexagon: &Hexagon) {
    open(out, "health", "Health", 0);
    out.push_str(
        "<table class=\"rows\"><thead><tr><th>Check</th>\
        <th>State</th><th>Asked</th><th class=\"n\">Took</th>\
        <th>Why</th></tr></thead><tbody id=\"checks\">",
    );
    for check in &hexagon.health {
        of_check(out, check, hexagon.at_unix_ms);
    }
    if hexagon.health.is_empty() {
        out.push_str(
            "<tr><td colspan=\"5\" class=\"empty\">No checks. <code>app.check</code> adds one.\
            </td></tr>",
        );
    }
    out.push_str("</tbody></table></section>");
}

fn of_check(out: &mut String, check: &CheckReport, now: u64) {
    let standing = match (check.state, check.required) {
        (CheckState::Up, _) => Standing {
            class: "ok",
            word: "up",
        },
        (CheckState::Down, true) => Standing {
            class: "bad",
            word: "down",
        },
        (CheckState::Down, false) => Standing {
            class: "warn",
            word: "down, optional",
        },
        (CheckState::Unknown, _) => Standing {
            class: "idle",
            word: "not asked yet",
        },
    };
    let whose = match check.component.as_str() {
        "" => String::new(),
        component => format!(" <i>{}</i>", Text(component)),
    };
    let asked = check
        .at_unix_ms
        .map_or_else(|| words::NONE.to_owned(), |at| time(at, now));
    let _ = write!(
        out,
        "<tr><th>{}{whose}</th><td class=\"state {}\">{MARK}<span>{}</span></td>\
         <td data-label=\"Asked\">{asked}</td><td data-n data-label=\"Took\">{} ms</td>\
         <td data-label=\"Why\">{}</td></tr>",
        Text(&check.name),
        standing.class,
        standing.word,
        check.took_ms,
        Text(check.failure.as_deref().unwrap_or_default()),
    );
}

fn recent(out: &mut String, hexagon: &Hexagon) {
    open(out, "requests", "Recent requests", 0);
    out.push_str("<h3>Failed</h3><div id=\"failed\">");
    requests(
        out,
        &hexagon.failed.iter().collect::<Vec<_>>(),
        hexagon.at_unix_ms,
    );
    let slow = words::elapsed(f64::from(
        u32::try_from(hexagon.slow_from_ms).unwrap_or(u32::MAX),
    ));
    let _ = write!(
        out,
        "</div><h3>Slow <i>{slow} or more</i></h3><div id=\"slow\">"
    );
    requests(
        out,
        &hexagon.slow.iter().collect::<Vec<_>>(),
        hexagon.at_unix_ms,
    );
    out.push_str("</div></section>");
}

/// A table of requests.
pub(super) fn requests(out: &mut String, requests: &[&Request], now: u64) {
    if requests.is_empty() {
        out.push_str("<p class=\"empty\">None.</p>");
        return;
    }
    out.push_str(
        "<table class=\"rows\"><thead><tr><th>When</th>\
        <th>Request</th><th>Answer</th><th class=\"n\">Took</th>\
        <th>Trace</th></tr></thead><tbody>",
    );
    for request in requests {
        let status = match request.status {
            0 => "no answer".to_owned(),
            status => status.to_string(),
        };
        let error = request
            .error_type
            .as_deref()
            .filter(|error| *error != status);
        let route = match request.route.as_str() {
            "" => "no route",
            route => route,
        };
        let _ = write!(
            out,
            "<tr><td>{}</td><th><code>{} {}</code> <i>{}</i></th>\
             <td data-label=\"Answer\">{} <i>{}</i></td><td data-n data-label=\"Took\">{}</td>\
             <td data-label=\"Trace\"><code>{}</code></td></tr>",
            time(request.at_unix_ms, now),
            Text(&request.method),
            Text(route),
            Text(&request.component),
            status,
            Text(error.unwrap_or_default()),
            words::elapsed(request.elapsed_ms),
            Text(&request.trace_id),
        );
    }
    out.push_str("</tbody></table>");
}

/// `5 min ago`; the script keeps it true.
pub(super) fn time(at: u64, now: u64) -> String {
    let age = words::age(at, now);
    format!("<time data-since=\"{at}\">{age}</time> ago")
}

fn routes(out: &mut String, hexagon: &Hexagon) {
    let components = hexagon.components.iter();
    let ports = components.flat_map(|component| &component.inbound);
    let routes: Vec<&Route> = ports.clone().flat_map(|port| &port.routes).collect();
    let total = ports.map(|port| port.routes_total).sum();
    open(out, "routes", "Routes", total);
    if routes.is_empty() {
        out.push_str("<p class=\"empty\">No routes.</p></section>");
        return;
    }
    let _ = write!(
        out,
        "<div{}><table class=\"rows f\"><thead><tr><th>Route</th><th>Rate</th>\
         <th>Errors</th><th>p50</th><th>p99</th></tr></thead><tbody>",
        tall(routes.len())
    );
    for route in routes.iter().take(ROUTES) {
        of_route(out, route);
    }
    out.push_str("</tbody></table></div>");
    cut(out, "routes", routes.len().min(ROUTES), total);
    out.push_str("</section>");
}

/// So many routes are shown at once; a search finds the others.
const ROUTES: usize = 300;

/// A long list has its own scroll bar, so that what stands below it stays near.
pub(super) fn tall(rows: usize) -> &'static str {
    if rows > TALL {
        " class=\"tall\" tabindex=\"0\""
    } else {
        ""
    }
}

/// From so many rows on, a list is long.
const TALL: usize = 30;

fn of_route(out: &mut String, route: &Route) {
    let button = route.operation.as_ref().map(|operation| {
        let operation = Text(operation);
        format!("<button type=\"button\" class=\"live\" data-try=\"{operation}\">Try it</button>")
    });
    let _ = write!(
        out,
        "<tr data-f=\"{}\"><th>{}<code>{} {}</code> <i>{}</i></th>",
        route.figures.id,
        button.unwrap_or_default(),
        Text(&route.method),
        Text(&route.path),
        Text(&route.summary),
    );
    cells(out, &route.figures);
    out.push_str("</tr>");
}

fn config(out: &mut String, token: &TokenHint) {
    open(out, "config", "Configuration", 0);
    let place = place(token);
    let _ = write!(
        out,
        "<div id=\"config-shown\"><p class=\"dim\">Effective values with their sources, secrets masked. \
         {place}</p><p class=\"live\"><button type=\"button\" id=\"config-show\">Show values</button></p>\
         </div><noscript><p class=\"note\">Scripts are off. In a shell: <code>curl -H \"Authorization: \
         Bearer $TOKEN\" \u{2026}/admin/config</code></p></noscript></section>"
    );
}

/// Where a person finds the token.
fn place(token: &TokenHint) -> String {
    match (token.is_on, &token.file) {
        (false, _) => "There is no admin token here: make the state folder writable, or set \
            <code>admin.token</code>."
            .to_owned(),
        (true, Some(file)) => {
            format!(
                "Needs the admin token: <code id=\"token-file\">{}</code>",
                Text(file)
            )
        }
        (true, None) => "Needs the admin token, which <code>admin.token</code> sets.".to_owned(),
    }
}

fn level(out: &mut String, hexagon: &Hexagon) {
    open(out, "log", "Log level", 0);
    let level = Text(&hexagon.log_level);
    let _ = write!(
        out,
        "<p>Now <code id=\"level-now\">{level}</code></p><form id=\"level\" class=\"live\">\
         <label>New level <input id=\"level-new\" list=\"levels\" value=\"{level}\" required \
         autocomplete=\"off\" spellcheck=\"false\"></label><datalist id=\"levels\">"
    );
    for level in ["error", "warn", "info", "debug", "trace"] {
        let _ = write!(out, "<option value=\"{level}\">");
    }
    out.push_str("</datalist> <button class=\"main\">Set</button> <span id=\"level-said\" \
        role=\"status\"></span></form><noscript><p class=\"note\">Scripts are off. In a shell: \
        <code>curl -X PUT -H \"Authorization: Bearer $TOKEN\" -d debug \u{2026}/admin/log-level</code>\
        </p></noscript></section>");
}
