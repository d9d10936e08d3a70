//! What an attempt's result means for the stack, and how a call ended.

use std::fmt;
use std::time::Duration;

use super::super::Outcome;

/// What an attempt's result means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it says about the dependency's health.
    pub outcome: Outcome,
    /// Whether another attempt could help.
    pub again: Again,
    /// Before this it could not: the callee's `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// Whether another attempt could help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// There is an answer that another attempt would not change.
    Never,
    /// Not a byte was sent: another attempt is safe whatever the method.
    Unsent,
    /// It failed, and the callee may have done the work: another attempt is safe where the method
    /// may be repeated.
    Failed,
    /// It failed, and the callee says that no other attempt is to be made.
    Forbidden,
}

impl Verdict {
    /// It went well.
    pub const SUCCESS: Self = Self {
        outcome: Outcome::Success,
        again: Again::Never,
        retry_after: None,
    };

    /// It failed, and another attempt could help as `again` says.
    pub const fn failure(again: Again) -> Self {
        Self {
            outcome: Outcome::Failure,
            again,
            retry_after: None,
        }
    }

    /// It says nothing of the dependency, and no other attempt could help.
    pub const IGNORED: Self = Self {
        outcome: Outcome::Ignored,
        again: Again::Never,
        retry_after: None,
    };
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// How many attempts were made, hedges included.
    pub attempts: u32,
    /// The call failed, and would have been tried again but for this. Whoever called us must not
    /// try it again either: tiers that each retry multiply.
    pub exhausted: Option<Exhausted>,
}

/// Why a call that failed was not tried again although it could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// It was tried as often as may be.
    Attempts,
    /// The dependency's budget for retries is spent.
    Budget,
    /// There was no time left for another attempt.
    Time,
    /// The callee said `retry: exhausted`.
    Callee,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attempts => "retry.attempts allows no more",
            Self::Budget => "the budget for retries is spent",
            Self::Time => "no time is left for another attempt",
            Self::Callee => "the callee says not to try again",
        })
    }
}
