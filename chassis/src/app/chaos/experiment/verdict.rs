//! The verdict, for a person.

use std::fmt::Write as _;
use std::time::Duration;

use super::file::{Expected, Experiment};
use super::load::Measured;

/// What was measured.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) steady: Measured,
    /// None where it wasn't steady to begin with.
    pub(super) broken: Option<Measured>,
    /// Calls that the fault was for, and how many of them it hit.
    pub(super) suffered: (u64, u64),
    /// How long after the fault it was steady again.
    pub(super) recovered: Option<Duration>,
}

/// What the figures mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    Broken,
    /// It wasn't steady before, or the fault hit no call.
    Nothing,
}

impl Verdict {
    /// It wasn't steady to begin with.
    pub(super) fn unsteady(steady: Measured) -> Self {
        Self {
            steady,
            broken: None,
            suffered: (0, 0),
            recovered: None,
        }
    }

    pub(super) fn outcome(&self, experiment: &Experiment) -> Outcome {
        let Some(broken) = self.broken.as_ref().filter(|_| self.suffered.1 > 0) else {
            return Outcome::Nothing;
        };
        let in_time = self
            .recovered
            .is_some_and(|time| time <= experiment.recovery);
        match broken.meets(&experiment.expect) && in_time {
            true => Outcome::Holds,
            false => Outcome::Broken,
        }
    }

    /// What is printed.
    pub(super) fn text(&self, file: &str, experiment: &Experiment) -> String {
        let mut text = match experiment.title.is_empty() {
            true => format!("{file}\n"),
            false => format!("{file}: {}\n", experiment.title),
        };
        line(
            &mut text,
            "without the fault",
            &self.steady,
            &experiment.steady,
        );
        if let Some(broken) = &self.broken {
            line(&mut text, "with the fault", broken, &experiment.expect);
            let recovery = experiment.recovery;
            let (time, fits) = match self.recovered {
                Some(Duration::ZERO) => ("at once".to_owned(), true),
                Some(time) => (format!("{time:.1?} after it"), time <= recovery),
                None => ("not seen".to_owned(), false),
            };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "  {:18} {time}   {} (≤ {recovery:?})",
                "steady again",
                mark(fits)
            );
            let (asked, hit) = self.suffered;
            let _ = writeln!(
                text,
                "  the fault: {}; {hit} of {asked} calls suffered",
                experiment.rule
            );
        }
        text + "verdict: " + self.words(experiment)
    }

    fn words(&self, experiment: &Experiment) -> &'static str {
        match self.outcome(experiment) {
            Outcome::Holds => "it holds",
            Outcome::Broken => "it does not hold",
            Outcome::Nothing if self.broken.is_none() => {
                "nothing was learned: it was not steady before the fault; mend that, or [steady]"
            }
            Outcome::Nothing => {
                "nothing was learned: the fault hit no call; does [load] lead to fault.port?"
            }
        }
    }
}

fn line(text: &mut String, phase: &str, measured: &Measured, expected: &Expected) {
    let (success, p99) = (measured.success(), measured.p99());
    let good = success >= expected.success && p99 <= expected.p99;
    let _ = writeln!(
        text,
        "  {phase:18} {} calls, {:.1} % answered, p99 {:.0?}   {} (≥ {:.1} %, ≤ {:?})",
        measured.count(),
        success * 100.0,
        p99,
        mark(good),
        expected.success * 100.0,
        expected.p99
    );
}

fn mark(good: bool) -> &'static str {
    match good {
        true => "as expected",
        false => "NOT as expected",
    }
}
