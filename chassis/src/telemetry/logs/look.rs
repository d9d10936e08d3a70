//! How a line looks: JSON for machines, text for people.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::time::SystemTime;

use tracing::Level;

use super::clock::timestamp;
use super::fields::Fields;
use super::json;
use crate::context::TraceContext;
use crate::telemetry::LogFormat;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Json,
    Text { color: bool },
}

impl Look {
    /// What `logs.format` means where standard output is now.
    pub(crate) fn of(format: LogFormat) -> Self {
        let terminal = std::io::stdout().is_terminal();
        match format {
            LogFormat::Json => Self::Json,
            LogFormat::Auto if !terminal => Self::Json,
            LogFormat::Auto | LogFormat::Text => Self::Text {
                color: terminal && is_color_wanted(),
            },
        }
    }
}

/// Whether a terminal may be coloured: not when `NO_COLOR` is set (no-color.org) or the terminal
/// says that it is dumb.
pub(crate) fn is_color_wanted() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_some_and(|term| term != "dumb")
}

/// One event, ready to be written.
pub(super) struct Event<'a> {
    pub(super) at: SystemTime,
    pub(super) level: Level,
    pub(super) target: &'a str,
    pub(super) service: &'a str,
    pub(super) trace: &'a TraceContext,
    pub(super) fields: &'a Fields,
}

impl Event<'_> {
    pub(super) fn render(&self, look: Look, out: &mut Vec<u8>) {
        match look {
            Look::Json => self.json(out),
            Look::Text { color } => self.text(color, out),
        }
        out.push(b'\n');
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"timestamp\":\"");
        timestamp(out, self.at);
        out.extend_from_slice(b"\",\"level\":\"");
        out.extend_from_slice(self.level.as_str().as_bytes());
        out.extend_from_slice(b"\",\"message\":");
        json::string(out, &self.fields.message);
        out.extend_from_slice(b",\"target\":");
        json::string(out, self.target);
        out.extend_from_slice(b",\"service\":");
        json::string(out, self.service);
        trace_json(out, self.trace);
        if !self.fields.others.is_empty() {
            out.extend_from_slice(b",\"fields\":{");
            self.fields.json(out);
            out.push(b'}');
        }
        out.push(b'}');
    }

    fn text(&self, color: bool, out: &mut Vec<u8>) {
        timestamp(out, self.at);
        level(out, self.level, color);
        out.extend_from_slice(self.service.as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.target.as_bytes());
        out.extend_from_slice(b": ");
        printable(out, &self.fields.message);
        self.fields.text(out);
        trace_text(out, self.trace);
    }
}

/// `  INFO `, in its colour.
pub(super) fn level(out: &mut Vec<u8>, level: Level, color: bool) {
    let code = match level {
        Level::ERROR => "31",
        Level::WARN => "33",
        Level::INFO => "32",
        Level::DEBUG => "34",
        Level::TRACE => "35",
    };
    let mut text = String::new();
    let _ = match color {
        true => write!(text, " \x1b[{code}m{:>5}\x1b[0m ", level.as_str()),
        false => write!(text, " {:>5} ", level.as_str()),
    };
    out.extend_from_slice(text.as_bytes());
}

/// `,"trace_id":"…","span_id":"…"`, within any trace.
pub(super) fn trace_json(out: &mut Vec<u8>, trace: &TraceContext) {
    if trace.is_valid() {
        out.extend_from_slice(b",\"trace_id\":\"");
        out.extend_from_slice(&trace.trace_id.to_hex());
        out.extend_from_slice(b"\",\"span_id\":\"");
        out.extend_from_slice(&trace.span_id.to_hex());
        out.push(b'"');
    }
}

/// ` trace_id=… span_id=…`, within any trace.
pub(super) fn trace_text(out: &mut Vec<u8>, trace: &TraceContext) {
    if trace.is_valid() {
        out.extend_from_slice(b" trace_id=");
        out.extend_from_slice(&trace.trace_id.to_hex());
        out.extend_from_slice(b" span_id=");
        out.extend_from_slice(&trace.span_id.to_hex());
    }
}

/// Text as it is, but nothing that could forge a line or steer a terminal.
pub(super) fn printable(out: &mut Vec<u8>, text: &str) {
    for part in text.split_inclusive(char::is_control) {
        match part.chars().next_back() {
            Some(control) if control.is_control() => {
                let clean = &part[..part.len() - control.len_utf8()];
                out.extend_from_slice(clean.as_bytes());
                out.extend(control.escape_default().map(|c| c as u8));
            }
            _ => out.extend_from_slice(part.as_bytes()),
        }
    }
}
