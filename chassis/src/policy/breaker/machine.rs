//! The state machine: what is behind the gate, and what opens and closes it.

use std::time::{Duration, Instant};

use super::window::{Counts, Mark};
use super::{BreakerSettings, Gate, Open};

/// The state of a breaker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Calls pass and are counted.
    #[default]
    Closed,
    /// Calls are refused, for a time.
    Open,
    /// A few trial calls pass and decide.
    HalfOpen,
    /// Calls are refused until the breaker is reset.
    ForcedOpen,
    /// Calls pass and are counted; nothing follows from it until the breaker is reset.
    ForcedClosed,
    /// Calls pass uncounted until the breaker is reset.
    Disabled,
}

/// A state that a person holds a breaker in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Force {
    /// [`State::ForcedOpen`].
    Open,
    /// [`State::ForcedClosed`].
    Closed,
    /// [`State::Disabled`].
    Disabled,
}

/// A change of state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// What it was.
    pub from: State,
    /// What it is.
    pub to: State,
    /// Why.
    pub cause: Cause,
}

/// Why a breaker changed its state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// So many of the window's calls failed.
    FailureRate {
        /// How many failed.
        failed: u64,
        /// Of how many.
        calls: u64,
    },
    /// So many of the window's calls were slow.
    SlowRate {
        /// How many were slow.
        slow: u64,
        /// Of how many.
        calls: u64,
    },
    /// The open time is over.
    Waited,
    /// The trials went well.
    TrialsPassed,
    /// The trials failed or were slow, or none of them ended in time.
    TrialsFailed,
    /// A person forced it.
    Forced,
    /// A person reset it.
    Reset,
}

#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) state: State,
    /// When the state was entered; `None`: as it was made.
    pub(super) since: Option<Instant>,
    /// Until when it stays open, or half-open.
    until: Option<Instant>,
    /// How long it was open last, before chance.
    last_open: Duration,
    trials: Trials,
}

#[derive(Debug, Default)]
struct Trials {
    in_flight: u32,
    counts: Counts,
}

impl Machine {
    pub(super) fn gate(&self) -> Gate {
        match self.state {
            State::Closed => Gate::Calm,
            State::ForcedClosed => Gate::Counting,
            State::Disabled => Gate::Free,
            State::Open | State::HalfOpen | State::ForcedOpen => Gate::Guarded,
        }
    }

    fn enter(&mut self, to: State, cause: Cause) -> Transition {
        let from = std::mem::replace(&mut self.state, to);
        self.trials = Trials::default();
        self.until = None;
        Transition { from, to, cause }
    }

    pub(super) fn force(&mut self, force: Force) -> Transition {
        let to = match force {
            Force::Open => State::ForcedOpen,
            Force::Closed => State::ForcedClosed,
            Force::Disabled => State::Disabled,
        };
        self.enter(to, Cause::Forced)
    }

    pub(super) fn reset(&mut self) -> Transition {
        self.last_open = Duration::ZERO;
        self.enter(State::Closed, Cause::Reset)
    }

    /// What time alone has changed since the last call, one change after another: trials that ended badly
    /// or never open it from then on, so that who comes long after finds it half-open again.
    pub(super) fn tick(
        &mut self,
        now: Instant,
        random: u64,
        settings: &BreakerSettings,
    ) -> Option<Transition> {
        let until = self.until.filter(|until| *until <= now)?;
        if self.state == State::Open {
            let transition = self.enter(State::HalfOpen, Cause::Waited);
            self.until = now.checked_add(settings.trials_within);
            return Some(transition);
        }
        let counts = self.trials.counts;
        Some(
            if counts.calls > 0 && verdict(counts, counts.calls, settings).is_none() {
                self.enter(State::Closed, Cause::TrialsPassed)
            } else {
                self.open(until, random, settings, Cause::TrialsFailed)
            },
        )
    }

    /// Lets a call pass, or says when to ask again.
    pub(super) fn admit(&mut self, now: Instant, settings: &BreakerSettings) -> Result<(), Open> {
        match self.state {
            State::Closed | State::ForcedClosed | State::Disabled => Ok(()),
            State::ForcedOpen => Err(Open { retry_after: None }),
            State::Open => {
                let left = self.until.map(|until| until.saturating_duration_since(now));
                Err(Open { retry_after: left })
            }
            State::HalfOpen => {
                let taken = u64::from(self.trials.in_flight) + self.trials.counts.calls;
                if taken >= u64::from(settings.trials) {
                    return Err(Open { retry_after: None });
                }
                self.trials.in_flight += 1;
                Ok(())
            }
        }
    }

    /// A trial has ended; `None`: without saying anything, so that its place is free again.
    pub(super) fn tried(
        &mut self,
        mark: Option<Mark>,
        now: Instant,
        random: u64,
        settings: &BreakerSettings,
    ) -> Option<Transition> {
        self.trials.in_flight = self.trials.in_flight.saturating_sub(1);
        self.trials.counts = self.trials.counts.and(mark?.counts());
        let counts = self.trials.counts;
        let trials = u64::from(settings.trials);
        if verdict(counts, trials, settings).is_some() {
            return Some(self.open(now, random, settings, Cause::TrialsFailed));
        }
        (counts.calls >= trials).then(|| self.enter(State::Closed, Cause::TrialsPassed))
    }

    /// Opens if the window says so.
    pub(super) fn weigh(
        &mut self,
        counts: Counts,
        now: Instant,
        random: u64,
        settings: &BreakerSettings,
    ) -> Option<Transition> {
        if self.state != State::Closed || counts.calls < u64::from(settings.minimum_calls) {
            return None;
        }
        let cause = verdict(counts, counts.calls, settings)?;
        Some(self.open(now, random, settings, cause))
    }

    fn open(
        &mut self,
        now: Instant,
        random: u64,
        settings: &BreakerSettings,
        cause: Cause,
    ) -> Transition {
        // Closed for no longer than it had been open: the trials lied, so it goes on growing.
        let closed_for = self.since.map(|since| now.saturating_duration_since(since));
        let is_again =
            self.state != State::Closed || closed_for.is_some_and(|time| time <= self.last_open);
        self.last_open = match self.last_open {
            last if is_again && !last.is_zero() => {
                last.saturating_mul(2).min(settings.open_at_most)
            }
            _ => settings.open_for,
        };
        let time = vary(self.last_open, random);
        let transition = self.enter(State::Open, cause);
        self.until = now.checked_add(time);
        transition
    }
}

/// Why calls that went like this are too bad, `of` being all that there are or will be.
fn verdict(counts: Counts, of: u64, settings: &BreakerSettings) -> Option<Cause> {
    let reaches = |part: u64, rate: f64| part > 0 && part as f64 >= rate * of as f64;
    let Counts {
        calls,
        failed,
        slow,
    } = counts;
    if reaches(failed, settings.failure_rate) {
        return Some(Cause::FailureRate { failed, calls });
    }
    reaches(slow, settings.slow_rate).then_some(Cause::SlowRate { slow, calls })
}

/// Between three quarters of `time` and all of it.
fn vary(time: Duration, random: u64) -> Duration {
    let unit = (random >> 11) as f64 / (1_u64 << 53) as f64;
    time.mul_f64(0.75 + unit / 4.0)
}
