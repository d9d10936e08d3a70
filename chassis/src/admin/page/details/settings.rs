//! The configuration that made a port so.

use std::fmt::Write;

use crate::admin::model::Setting;
use crate::admin::page::markup::Text;
use crate::admin::page::words::NONE;

/// What was set, line by line, and that there is more to set.
pub(super) fn all(out: &mut String, settings: &[Setting]) {
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
