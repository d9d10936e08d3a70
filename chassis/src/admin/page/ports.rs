//! The ports as a table: what the drawing shows, for those who read it as text.

use std::fmt::Write;

use super::drawing::MARK;
use super::markup::{Text, link};
use super::sections::{open, tall};
use super::words::{self, Standing};
use crate::admin::model::{Component, Figures, Hexagon};

pub(super) fn table(out: &mut String, hexagon: &Hexagon) {
    let components = &hexagon.components;
    let rows = components
        .iter()
        .map(|component| component.inbound.len() + component.outbound.len())
        .sum();
    let total = components
        .iter()
        .map(|component| component.inbound_total + component.outbound_total)
        .sum();
    open(out, "ports", "Ports", total);
    if rows == 0 {
        out.push_str(EMPTY);
    } else {
        let _ = write!(out, "<div{}><table class=\"rows f\">{HEAD}", tall(rows));
        for component in components {
            of_component(out, component, components.len() > 1, hexagon.at_unix_ms);
        }
        out.push_str("</table></div>");
    }
    for component in components {
        let (inbound, outbound) = (component.inbound.len(), component.outbound.len());
        let what = |side: &str| format!("{side} ports of {}", component.name);
        cut(out, &what("inbound"), inbound, component.inbound_total);
        cut(out, &what("outbound"), outbound, component.outbound_total);
    }
    out.push_str("</section>");
}

fn of_component(out: &mut String, component: &Component, is_named: bool, now: u64) {
    out.push_str("<tbody>");
    if is_named {
        let name = Text(&component.name);
        let _ = write!(
            out,
            "<tr class=\"group\"><th colspan=\"8\" scope=\"rowgroup\">{name}</th></tr>"
        );
    }
    for port in &component.inbound {
        let row = Row {
            id: &port.id,
            name: &port.name,
            version: port.version.as_deref(),
            side: "in",
            standing: Standing::of_inbound(&port.figures),
            figures: &port.figures,
            to: super::drawing::routes(port.routes_total),
            since: None,
        };
        row.write(out, now);
    }
    for port in &component.outbound {
        let row = Row {
            id: &port.id,
            name: &port.name,
            version: port.version.as_deref(),
            side: "out",
            standing: Standing::of_outbound(&port.state),
            figures: &port.figures,
            to: words::speaks_to(port),
            since: port.state.known_since_unix_ms,
        };
        row.write(out, now);
    }
    out.push_str("</tbody>");
}

const EMPTY: &str = "<p class=\"empty\">No ports yet. <code>app.serve</code> offers one, \
    <code>app.client</code> and <code>app.adapt</code> need one.</p>";

const HEAD: &str = "<thead><tr><th>Port</th><th>Side</th>\
    <th>State</th><th>Speaks to</th><th>Rate</th>\
    <th>Errors</th><th>p50</th>\
    <th>p99</th></tr></thead>";

/// Says that the list was cut, and how to see the others.
pub(super) fn cut(out: &mut String, what: &str, shown: usize, total: usize) {
    if total > shown {
        let _ = write!(
            out,
            "<p class=\"note\">{shown} of {total} {} are shown; find the others by the field above.</p>",
            Text(what)
        );
    }
}

struct Row<'a> {
    id: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    side: &'static str,
    standing: Standing,
    figures: &'a Figures,
    to: String,
    since: Option<u64>,
}

impl Row<'_> {
    fn write(&self, out: &mut String, now: u64) {
        let Standing { class, word } = self.standing;
        let version = self
            .version
            .map(|version| format!(" <i>v{}</i>", Text(version)));
        let since = self.since.map(|since| {
            let age = words::age(since, now);
            format!(" <i>since <time data-since=\"{since}\">{age}</time></i>")
        });
        let _ = write!(
            out,
            "<tr class=\"{class}\" data-f=\"{figures}\"><th>\
             <a href=\"{link}\">{name}</a>{version}</th><td>{side}</td><td class=\"state\">{MARK}\
             <span>{word}</span></td><td class=\"to\"><span>{to}</span>{since}</td>",
            figures = self.figures.id,
            link = Text(link(self.id)),
            name = Text(self.name),
            version = version.unwrap_or_default(),
            side = self.side,
            to = Text(&self.to),
            since = since.unwrap_or_default(),
        );
        cells(out, self.figures);
        out.push_str("</tr>");
    }
}

/// The last four cells of every row in a table of class `f`, in the order of its heads.
pub(super) fn cells(out: &mut String, figures: &Figures) {
    let cells = [
        often(figures),
        words::errors(figures),
        words::millis(figures.p50_ms),
        words::millis(figures.p99_ms),
    ];
    for text in cells {
        let _ = write!(out, "<td>{text}</td>");
    }
}

/// How many calls there were, where nobody counted how many a second.
fn often(figures: &Figures) -> String {
    match figures.rate {
        Some(_) => words::rate(figures.rate),
        None => format!("{} calls", words::count(figures.calls)),
    }
}
