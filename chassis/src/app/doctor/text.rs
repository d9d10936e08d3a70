//! The report for people: a line a finding, aligned; below it why it matters and what mends it.

use std::fmt::Write as _;

use super::super::plain::{self, WIDTH};
use super::finding::{Finding, Status};
use super::report::Report;

/// Columns before the text of a finding: two, the status, the check.
const INDENT: usize = 2 + STATUS + CHECK;
const STATUS: usize = 9;
const CHECK: usize = 15;

/// Columns of `why` and `mend`.
const LABEL: usize = 6;

impl Report {
    /// The whole report.
    pub(super) fn text(&self, color: bool) -> String {
        let mut text = self.header();
        for checked in &self.checks {
            let mut name = checked.check;
            for finding in &checked.findings {
                finding.write(name, color, &mut text);
                name = "";
            }
        }
        text.push_str(&self.footer());
        text
    }

    fn header(&self) -> String {
        let mut text = plain::clean(&self.service);
        if let Some(version) = &self.version {
            let _ = write!(text, " {}", plain::clean(version));
        }
        let _ = writeln!(
            text,
            " (chassis {}), profile {}\n",
            self.chassis, self.profile
        );
        text
    }

    fn footer(&self) -> String {
        let mut parts = Vec::new();
        for (status, one, many) in [
            (Status::Error, "error", "errors"),
            (Status::Warning, "warning", "warnings"),
            (Status::Note, "note", "notes"),
        ] {
            match self.count(status) {
                0 => {}
                1 => parts.push(format!("1 {one}")),
                count => parts.push(format!("{count} {many}")),
            }
        }
        let found = match parts.is_empty() {
            true => "nothing to mend".to_owned(),
            false => parts.join(", "),
        };
        let meaning = match self.exit_code {
            0 => "",
            1 => " (it runs, and will suffer)",
            69 => " (something that it needs is missing)",
            78 => " (the configuration is wrong)",
            _ => " (a bug)",
        };
        format!(
            "\n{found}, in {} ms; exit code {}{meaning}\n",
            self.took_ms, self.exit_code
        )
    }
}

impl Finding {
    fn write(&self, check: &str, color: bool, text: &mut String) {
        let status = self.status.shown(color);
        let _ = write!(text, "  {status}{check:<CHECK$}");
        block(text, &self.what, INDENT);
        for (label, part) in [("why", &self.why), ("mend", &self.mend)] {
            if let Some(part) = part {
                let _ = write!(text, "{:INDENT$}{label:<LABEL$}", "");
                block(text, part, INDENT + LABEL);
            }
        }
    }
}

impl Status {
    /// The word, as wide as its column, in its colour.
    fn shown(self, color: bool) -> String {
        let (word, code) = match self {
            Self::Ok => ("ok", "32"),
            Self::Note => ("note", "36"),
            Self::Warning => ("warning", "33"),
            Self::Error => ("error", "31"),
        };
        match color {
            true => format!("\x1b[{code}m{word:<STATUS$}\x1b[0m"),
            false => format!("{word:<STATUS$}"),
        }
    }
}

/// Writes `part` from the column on, its further lines below each other.
fn block(text: &mut String, part: &str, column: usize) {
    let lines = plain::wrap(part, WIDTH - column);
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            let _ = write!(text, "{:column$}", "");
        }
        let _ = writeln!(text, "{line}");
    }
    if lines.is_empty() {
        text.push('\n');
    }
}
