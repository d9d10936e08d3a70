//! The lines of the screen: aligned, eighty columns wide, never more than [`MOST`] on such a terminal.
//! What is copied from it, URLs and the token's path, is never cut; all else is, rather than broken.

use std::fmt::Write as _;

use super::super::listeners::Listener;
use super::super::plain::{self, WIDTH};
use super::{Port, Screen};

/// Lines of the screen at most: with the one that a program may announce, a dozen.
pub(super) const MOST: usize = 11;

/// Lines for what is missing.
const MISSING: usize = 2;

/// Columns before the text of a row.
const INDENT: usize = 11;

impl Screen {
    /// The screen, with a line break after each line.
    pub(in crate::app) fn lines(&self, color: bool) -> String {
        let mut text = String::new();
        for (listener, url) in &self.listeners {
            let more = match listener {
                Listener::Service => self.components.join(", "),
                Listener::Probe => "/livez /readyz /startupz /metrics".to_owned(),
                Listener::Admin => "the service as a page".to_owned(),
            };
            let more = match more.is_empty() || INDENT + url.len() + more.len() + 2 > WIDTH {
                true => String::new(),
                false => format!("  {more}"),
            };
            row(&mut text, listener.name(), &[format!("{url}{more}")]);
        }
        row(&mut text, "token", std::slice::from_ref(&self.token));
        let missing = fit(&self.missing, MISSING, "; ");
        let used = rows(&self.header(false)) + rows(&text) + missing.len();
        let left = MOST.saturating_sub(used);
        let ports = self.port_lines(left.max(1));
        row(&mut text, "ports", &ports);
        row(&mut text, "missing", &missing);
        self.header(color) + &text
    }

    fn header(&self, color: bool) -> String {
        let (on, off) = if color {
            ("\x1b[1m", "\x1b[0m")
        } else {
            ("", "")
        };
        let mut text = format!("{on}{}{off}", plain::clean(&self.name));
        if let Some(version) = &self.version {
            let _ = write!(text, " {}", plain::clean(version));
        }
        let _ = writeln!(
            text,
            " (chassis {}), profile {}, ready in {} ms",
            env!("CARGO_PKG_VERSION"),
            self.profile,
            self.took.as_millis()
        );
        text
    }

    /// A line a port where there is room, else as many as fit on each.
    fn port_lines(&self, most: usize) -> Vec<String> {
        let several = self.components.len() > 1;
        let all: Vec<String> = self.ports.iter().map(|port| port.text(several)).collect();
        match all.len() <= most && all.iter().all(|line| is_short(line)) {
            true => all,
            false if several => fit(&by_component(&self.ports), most, "; "),
            false => fit(&all, most, ", "),
        }
    }
}

/// `orders: inventory -> local:, payments -> local:`, an entry a component.
fn by_component(ports: &[Port]) -> Vec<String> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    for port in ports {
        let text = port.text(false);
        match entries.last_mut() {
            Some((name, entry)) if *name == port.component => {
                let _ = write!(entry, ", {text}");
            }
            _ => entries.push((&port.component, format!("{}: {text}", port.component))),
        }
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// `entries`, joined by `gap` and wrapped, in at most `most` lines. The last one says that there is
/// more.
fn fit(entries: &[String], most: usize, gap: &str) -> Vec<String> {
    const MORE: &str = "... and more: see the admin pages";
    let mut lines = match entries.len() <= most && entries.iter().all(|entry| is_short(entry)) {
        true => entries.to_vec(),
        false => plain::wrap(&entries.join(gap), WIDTH - INDENT),
    };
    if lines.len() > most {
        lines.truncate(most - 1);
        lines.push(MORE.to_owned());
    }
    let lines = lines.iter();
    lines
        .map(|line| plain::clip(line, WIDTH - INDENT))
        .collect()
}

/// How many rows `text` takes on a terminal, which breaks what is longer.
fn rows(text: &str) -> usize {
    let rows = text
        .lines()
        .map(|line| plain::columns(line).div_ceil(WIDTH).max(1));
    rows.sum()
}

fn is_short(line: &str) -> bool {
    INDENT + plain::columns(line) <= WIDTH
}

/// A row with its label, and the lines that go on below it.
fn row(text: &mut String, label: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(text, "  {label:<7}  {line}");
    }
}
