//! Fault rows: real processes, real sockets, and a load that doesn't wait for answers ([`Load`]).
//!
//! Each fault is run with its policy and without. A figure that keeps its bound without the policy
//! measures nothing, and is told so. [`FAULTS`] is the table; one file a fault. [`beside`] has the same work
//! done by what one would take instead.

mod beside;
mod dead_endpoint;
mod overload;
mod retry_storm;
mod slow_endpoint;

use std::fmt;
use std::path::PathBuf;

use super::measure::Bench;
use crate::Result;
use crate::drive::{Load, Report};

/// Something that goes wrong, and the figures that say how it was borne.
pub(super) struct Fault {
    /// Examples that it starts, with their packages.
    pub(super) programs: &'static [(&'static str, &'static str)],
    pub(super) figures: &'static [Figure],
    run: Run,
}

/// Gives a value for each figure, in their order. What is worth a line beside them is shown.
type Run = fn(&Bench, Policy, &dyn Fn(String)) -> Result<Vec<f64>>;

/// One figure with its bound.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) bound: Bound,
}

/// What a figure is held to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// Whether the policy is on, as it is shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    On,
    Off,
}

/// The faults, in the order in which they are run.
pub(super) const FAULTS: &[Fault] = &[
    overload::FAULT,
    retry_storm::FAULT,
    slow_endpoint::FAULT,
    dead_endpoint::FAULT,
];

/// The package and the name of the program that offers load.
pub(super) const LOAD: (&str, &str) = ("bench-fault", "load");

/// How often a load is offered that this machine was too busy for.
const TRIES: u32 = 3;

/// A figure that was measured, and what it is without the policy.
pub(super) struct Borne {
    pub(super) figure: &'static Figure,
    pub(super) value: f64,
    pub(super) without: f64,
}

impl Fault {
    pub(super) fn has(&self, name: &str) -> bool {
        self.figures.iter().any(|figure| figure.name == name)
    }

    /// Runs it with its policy and without.
    ///
    /// # Errors
    ///
    /// When a program doesn't start, or this machine is too busy to offer the load.
    pub(super) fn measure(&self, bench: &Bench, show: &dyn Fn(String)) -> Result<Vec<Borne>> {
        let values = (self.run)(bench, Policy::On, show)?;
        let without = (self.run)(bench, Policy::Off, show)?;
        let values = values.into_iter().zip(without);
        let figures = self.figures.iter().zip(values);
        Ok(figures
            .map(|(figure, (value, without))| Borne {
                figure,
                value,
                without,
            })
            .collect())
    }
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    pub(super) fn value(self) -> f64 {
        let (Self::AtLeast(bound) | Self::AtMost(bound)) = self;
        bound
    }
}

impl Borne {
    pub(super) fn holds(&self) -> bool {
        self.figure.bound.holds(self.value) && !self.measures_nothing()
    }

    pub(super) fn measures_nothing(&self) -> bool {
        self.figure.bound.holds(self.without)
    }
}

impl fmt::Display for Borne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            figure,
            value,
            without,
        } = self;
        let sign = match figure.bound {
            Bound::AtLeast(_) => '≥',
            Bound::AtMost(_) => '≤',
        };
        let name = figure.name;
        let bound = figure.bound.value();
        write!(
            f,
            "{name:24} {value:>12.3}  {sign} {bound}, without the policy {without:.3}"
        )?;
        if self.measures_nothing() {
            f.write_str("  MEASURES NOTHING: the bound holds without the policy")
        } else if !self.holds() {
            f.write_str("  BROKEN")
        } else {
            Ok(())
        }
    }
}

impl Policy {
    fn as_str(self) -> &'static str {
        match self {
            Self::On => "with the policy",
            Self::Off => "without the policy",
        }
    }
}

/// The program that offers load.
fn load(bench: &Bench) -> PathBuf {
    bench.programs.with_file_name(LOAD.1)
}

/// Offers a load, again where this machine was too busy to keep its rate.
///
/// # Errors
///
/// When it was too busy each time.
fn offer(what: &str, load: impl Fn() -> Load, show: &dyn Fn(String)) -> Result<Report> {
    for _ in 0..TRIES {
        let report = load().run()?;
        show(format!("  {what}: {report}"));
        if report.kept() {
            return Ok(report);
        }
    }
    Err(
        format!("{what}: this machine is too busy to offer the rate; try again when it is quiet")
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOODPUT: Figure = Figure {
        name: "goodput",
        bound: Bound::AtLeast(0.95),
    };

    fn borne(value: f64, without: f64) -> Borne {
        Borne {
            figure: &GOODPUT,
            value,
            without,
        }
    }

    #[test]
    fn a_bound_that_holds_without_the_policy_measures_nothing() {
        assert!(borne(0.96, 0.3).holds());
        assert!(!borne(0.94, 0.3).holds());
        assert!(!borne(0.96, 0.95).holds());
        assert!(borne(0.96, 0.95).to_string().contains("MEASURES NOTHING"));
    }

    #[test]
    fn names_are_given_once() {
        let names = || {
            FAULTS
                .iter()
                .flat_map(|fault| fault.figures)
                .map(|figure| figure.name)
        };
        for name in names() {
            assert_eq!(names().filter(|other| *other == name).count(), 1, "{name}");
        }
    }
}
