//! The page around its parts: head, title line, ways to the sections.

use std::fmt::Write;

use super::drawing::MARK;
use super::markup::Text;
use super::words::{self, Standing};
use super::{ICON, SCRIPT, STYLE, details, drawing, ports, sections};
use crate::admin::model::{Hexagon, StateName};

/// The sections, by id and name, in the order in which they stand.
const WAYS: [(&str, &str); 6] = [
    ("ports", "Ports"),
    ("health", "Health"),
    ("requests", "Requests"),
    ("routes", "Routes"),
    ("config", "Configuration"),
    ("log", "Log level"),
];

pub(super) fn page(hexagon: &Hexagon) -> String {
    let mut out = String::with_capacity(32 * 1_024);
    head(&mut out, hexagon);
    title(&mut out, hexagon);
    out.push_str("<main id=\"main\">");
    trouble(&mut out, hexagon);
    found(&mut out, hexagon);
    let _ = write!(
        out,
        "<figure id=\"hexagon\" tabindex=\"0\" aria-label=\"The service and its ports\">{}</figure>",
        drawing::inline(hexagon)
    );
    details::place(&mut out, hexagon);
    ports::table(&mut out, hexagon);
    sections::all(&mut out, hexagon);
    out.push_str("</main>");
    out.push_str(DIALOGS);
    out.push_str("</body></html>");
    out
}

fn head(out: &mut String, hexagon: &Hexagon) {
    let _ = write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title>\
         <link rel=\"icon\" href=\"{}\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{}\">\
         <script src=\"{}\" defer></script></head>\
         <body data-instance=\"{}\" data-at=\"{}\">\
         <a class=\"skip\" href=\"#main\">To the ports</a>",
        Text(&hexagon.service),
        ICON.0,
        STYLE.0,
        SCRIPT.0,
        Text(&hexagon.instance),
        hexagon.at_unix_ms,
    );
}

fn title(out: &mut String, hexagon: &Hexagon) {
    let standing = Standing::of_process(&hexagon.state);
    let version = hexagon.version.iter();
    let version: String = version
        .map(|version| format!("<span>{}</span>", Text(version)))
        .collect();
    let _ = write!(
        out,
        "<header><a class=\"home\" href=\"/\"><svg viewBox=\"0 0 32 32\" width=\"30\" height=\"30\" \
         aria-hidden=\"true\"><path d=\"M16 2L28 9V23L16 30L4 23V9Z\"/></svg></a>\
         <h1>{name}</h1><p class=\"about\">{version}<span>{profile}</span>\
         <span>up <time data-since=\"{started}\">{up}</time></span></p>\
         <p id=\"state\" class=\"pill {class}\" role=\"status\">{MARK}<span>{word}</span></p>\
         <p id=\"live\" role=\"status\"></p>\
         <form role=\"search\" method=\"get\" action=\"/\"><label for=\"find\" class=\"heard\">Find ports and \
         routes</label><input id=\"find\" name=\"find\" type=\"search\" autocomplete=\"off\" \
         placeholder=\"Find ports and routes\" value=\"{find}\"></form></header><nav aria-label=\"Sections\">",
        name = Text(&hexagon.service),
        profile = Text(&hexagon.profile),
        started = hexagon.started_unix_ms,
        up = words::age(hexagon.started_unix_ms, hexagon.at_unix_ms),
        class = standing.class,
        word = standing.word,
        find = Text(hexagon.find.as_deref().unwrap_or_default()),
    );
    for (id, name) in WAYS {
        let _ = write!(out, "<a href=\"#{id}\">{name}</a>");
    }
    out.push_str("</nav>");
}

/// Why the service isn't ready.
fn trouble(out: &mut String, hexagon: &Hexagon) {
    let is_quiet = hexagon.state.name == StateName::Ready || hexagon.state.why.is_empty();
    let hidden = if is_quiet { " hidden" } else { "" };
    let why = Text(hexagon.state.why.join("; "));
    let _ = write!(out, "<p id=\"why\" class=\"note bad\"{hidden}>{why}</p>");
}

/// Says what was searched for, so that nobody takes the part for the whole.
fn found(out: &mut String, hexagon: &Hexagon) {
    let Some(find) = hexagon.find.as_deref().filter(|find| !find.is_empty()) else {
        return;
    };
    let _ = write!(
        out,
        "<p class=\"note\">Only what holds <b>{}</b>. <a href=\"/\">Show everything</a></p>",
        Text(find)
    );
}

/// Filled by the script alone; without one they stay shut.
const DIALOGS: &str = "<dialog id=\"token\" aria-labelledby=\"token-title\"><form>\
    <h2 id=\"token-title\">Admin token</h2><p id=\"token-why\"></p>\
    <label>Token <input id=\"token-value\" type=\"password\" autocomplete=\"off\" required></label>\
    <p id=\"token-wrong\" class=\"wrong\" role=\"alert\"></p>\
    <p class=\"buttons\"><button class=\"main\">Go on</button>\
    <button type=\"button\" data-close>Cancel</button></p></form></dialog>\
    <dialog id=\"try\" aria-labelledby=\"try-title\"><form><h2 id=\"try-title\"></h2>\
    <p id=\"try-about\"></p><div id=\"try-fields\"></div>\
    <p class=\"buttons\"><button class=\"main\">Send</button>\
    <button type=\"button\" data-close>Close</button></p>\
    <div id=\"try-answer\" role=\"status\"></div></form></dialog>";
