//! [`Report`]: all findings, as JSON and with the exit code that says the worst.
//!
//! What its JSON holds is described in the book (`doctor.md`); within one `schema` number, fields are
//! only added.

use serde::Serialize;

use super::finding::{Finding, Status};
use super::settings::FailOn;

/// All that was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) schema: u32,
    pub(super) service: String,
    pub(super) version: Option<String>,
    pub(super) chassis: &'static str,
    pub(super) profile: String,
    pub(super) took_ms: u64,
    pub(super) worst: Status,
    pub(super) exit_code: u8,
    pub(super) checks: Vec<Checked>,
}

/// What one check found.
#[derive(Debug, Serialize)]
pub(super) struct Checked {
    pub(super) check: &'static str,
    pub(super) status: Status,
    pub(super) took_ms: u64,
    pub(super) findings: Vec<Finding>,
}

impl Checked {
    pub(super) fn new(check: &'static str, took_ms: u64, findings: Vec<Finding>) -> Self {
        Self {
            check,
            status: worst(findings.iter().map(|finding| finding.status)),
            took_ms,
            findings,
        }
    }
}

impl Report {
    /// Works out the worst of `self.checks`.
    pub(super) fn judged(mut self, fail_on: FailOn) -> Self {
        self.worst = worst(self.checks.iter().map(|checked| checked.status));
        let found = || self.checks.iter().flat_map(|checked| &checked.findings);
        self.exit_code = match (self.worst, fail_on) {
            (Status::Ok | Status::Note, _) | (Status::Warning, FailOn::Error) => 0,
            _ => exit_code(found().map(|finding| finding.exit)),
        };
        self
    }

    /// How many findings are of this status.
    pub(super) fn count(&self, status: Status) -> usize {
        let found = self.checks.iter().flat_map(|checked| &checked.findings);
        found.filter(|finding| finding.status == status).count()
    }

    /// One JSON object, with a line break at its end.
    pub(super) fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        // Nothing but texts and numbers is in it.
        format!("{}\n", text.unwrap_or_default())
    }
}

fn worst(all: impl Iterator<Item = Status>) -> Status {
    all.max().unwrap_or(Status::Ok)
}

/// The code that has to be dealt with first: a bug, then the configuration (what is missing may be
/// so because of it), then what is missing, then warnings.
fn exit_code(codes: impl Iterator<Item = u8>) -> u8 {
    const ORDER: [u8; 4] = [1, 69, 78, 70];
    let rank = |code: &u8| ORDER.iter().position(|known| known == code);
    codes.max_by_key(rank).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: Vec<Finding>, fail_on: FailOn) -> Report {
        let report = Report {
            schema: 1,
            service: "x".to_owned(),
            version: None,
            chassis: "0",
            profile: "prod".to_owned(),
            took_ms: 0,
            worst: Status::Ok,
            exit_code: 0,
            checks: vec![Checked::new("a", 0, vec![]), Checked::new("b", 0, findings)],
        };
        report.judged(fail_on)
    }

    #[test]
    fn the_exit_code_says_what_to_mend_first() {
        let (ok, note) = (Finding::ok("a.a", ""), Finding::note("a.b", ""));
        let (warning, away) = (Finding::warning("a.c", ""), Finding::missing("a.d", ""));
        let wrong = Finding::misconfigured("a.e", "");
        let bug = Finding::failed("a.f", "", 70);
        for (found, code, lenient) in [
            (vec![], 0, 0),
            (vec![&ok, &note], 0, 0),
            (vec![&ok, &warning], 1, 0),
            (vec![&away, &warning], 69, 69),
            (vec![&wrong, &away], 78, 78),
            (vec![&wrong, &bug, &away], 70, 70),
        ] {
            let found: Vec<Finding> = found.into_iter().cloned().collect();
            assert_eq!(report(found.clone(), FailOn::Warning).exit_code, code);
            assert_eq!(report(found, FailOn::Error).exit_code, lenient);
        }
    }
}
