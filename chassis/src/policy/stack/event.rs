//! [`Event`]: what a stack has done that a person wants to know.

use std::fmt;
use std::time::SystemTime;

use super::super::breaker::{Cause, State, Transition};

/// Something that happened to a dependency's policies, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// When.
    pub at: SystemTime,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happening {
    /// The breaker changed its state.
    Breaker(Transition),
    /// The budget for retries is spent: calls fail that would be tried again otherwise.
    BudgetSpent,
    /// The bulkhead and its queue are full.
    BulkheadFull,
    /// The settings were changed.
    Changed,
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breaker(transition) => breaker(transition, f),
            Self::BudgetSpent => f.write_str("the budget for retries is spent"),
            Self::BulkheadFull => f.write_str("the bulkhead is full, and so is its queue"),
            Self::Changed => f.write_str("the settings were changed"),
        }
    }
}

fn breaker(transition: &Transition, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let to = state(transition.to);
    write!(f, "the circuit breaker is {to}")?;
    match transition.cause {
        Cause::FailureRate { failed, calls } => write!(f, ": {failed} of {calls} calls failed"),
        Cause::SlowRate { slow, calls } => write!(f, ": {slow} of {calls} calls were slow"),
        Cause::Waited => f.write_str(": its time is over, a few calls try"),
        Cause::TrialsPassed => f.write_str(": the calls that tried went well"),
        Cause::TrialsFailed => f.write_str(": the calls that tried failed"),
        Cause::Forced => f.write_str(": somebody forced it"),
        Cause::Reset => f.write_str(": somebody reset it"),
    }
}

/// A state in the words of metrics and of the page.
pub(super) fn state(state: State) -> &'static str {
    match state {
        State::Closed => "closed",
        State::Open => "open",
        State::HalfOpen => "half-open",
        State::ForcedOpen => "forced open",
        State::ForcedClosed => "forced closed",
        State::Disabled => "disabled",
    }
}
