//! How the policies of a port stand, and what a person may force: part of the port's article.

use std::fmt::Write;

use super::markup::Text;
use super::sections::time;
use crate::admin::model::{Outbound, PolicyEvent};

/// What stands how, what happened last; and the buttons, which need a script and the token.
pub(super) fn part(out: &mut String, component: &str, port: &Outbound, now: u64) {
    let Some(policies) = &port.policies else {
        return;
    };
    out.push_str("<div data-part><h4>Policies</h4><table class=\"rows\"><tbody>");
    for (name, value) in &policies.standing {
        let _ = write!(
            out,
            "<tr><th>{}</th><td>{}</td></tr>",
            Text(name),
            Text(value)
        );
    }
    out.push_str("</tbody></table>");
    events(out, &policies.events, now);
    out.push_str("</div>");
    if policies.has_breaker {
        buttons(out, component, port);
    }
}

fn events(out: &mut String, events: &[PolicyEvent], now: u64) {
    if events.is_empty() {
        return;
    }
    out.push_str("<ul>");
    for event in events {
        let _ = write!(
            out,
            "<li>{}: {}</li>",
            time(event.at_unix_ms, now),
            Text(&event.what)
        );
    }
    out.push_str("</ul>");
}

/// What `POST /admin/policy` takes, and what it does.
const ORDERS: [(&str, &str, &str); 4] = [
    ("open", "Force open", "No call is made until it is reset"),
    (
        "close",
        "Force closed",
        "Every call is made until it is reset",
    ),
    ("disable", "Disable", "It counts nothing until it is reset"),
    (
        "reset",
        "Reset",
        "It judges for itself again, from the beginning",
    ),
];

fn buttons(out: &mut String, component: &str, port: &Outbound) {
    let _ = write!(
        out,
        "<p class=\"live\" data-port=\"{}\" data-component=\"{}\">Circuit breaker: ",
        Text(&port.name),
        Text(component)
    );
    for (order, word, about) in ORDERS {
        let _ = write!(
            out,
            "<button type=\"button\" data-do=\"{order}\" title=\"{about}\">{word}</button> "
        );
    }
    out.push_str("<output></output></p>");
}
