//! [`BreakerSettings`], and what is wrong with settings that cannot work.

use std::time::Duration;

/// When a breaker opens, and how it closes again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakerSettings {
    /// Which calls are looked at. Default: those of the last 10 s.
    pub window: SlidingWindow,
    /// So many calls must be in the window before it says anything. Default: 20, so that the first
    /// failed call of a quiet hour opens nothing.
    pub minimum_calls: u32,
    /// The share of failed calls that opens the breaker, above 0 and at most 1. Default: 0.5.
    pub failure_rate: f64,
    /// From here on a call counts as slow. Default: 5 s, half of what an attempt may take.
    pub slow_after: Duration,
    /// The share of slow calls that opens the breaker, above 0 and at most 1. Default: 1, every
    /// call: slowness alone is rarely mended by fewer calls.
    pub slow_rate: f64,
    /// How long it stays open the first time. Default: 5 s. Each failed trial doubles it.
    pub open_for: Duration,
    /// The longest that it stays open. Default: 60 s.
    pub open_at_most: Duration,
    /// How many calls pass while it is half-open, at once and in all. Default: 3.
    pub trials: u32,
    /// How long the trials may take to decide; then those that ended decide, and without any it
    /// opens again. Default: 30 s, a call's whole time.
    pub trials_within: Duration,
}

/// Which calls a breaker looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlidingWindow {
    /// Those that ended in the last so long, to a tenth of it.
    Time(Duration),
    /// The last so many, 65,536 at most.
    Calls(u32),
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self {
            window: SlidingWindow::Time(Duration::from_secs(10)),
            minimum_calls: 20,
            failure_rate: 0.5,
            slow_after: Duration::from_secs(5),
            slow_rate: 1.0,
            open_for: Duration::from_secs(5),
            open_at_most: Duration::from_secs(60),
            trials: 3,
            trials_within: Duration::from_secs(30),
        }
    }
}

/// A setting that cannot work: which, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {fault}")]
pub struct Mistake {
    /// The field's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub fault: &'static str,
}

/// Whether it holds, of which setting, and what is wrong where it doesn't.
type Rule = (bool, &'static str, &'static str);

impl BreakerSettings {
    /// The largest window of calls.
    pub(super) const MOST_CALLS: u32 = 65_536;

    /// Finds the first setting that cannot work.
    ///
    /// # Errors
    ///
    /// [`Mistake`]: a window of nothing, a rate outside of (0, 1], fewer calls in the window than
    /// the minimum, no trial, or a time of zero.
    pub fn check(&self) -> Result<(), Mistake> {
        let mut rules = self.opening().into_iter().chain(self.closing());
        match rules.find(|(holds, ..)| !holds) {
            Some((_, setting, fault)) => Err(Mistake { setting, fault }),
            None => Ok(()),
        }
    }

    /// What must hold for it to open when it should.
    fn opening(&self) -> [Rule; 7] {
        let window_calls = match self.window {
            SlidingWindow::Time(_) => u32::MAX,
            SlidingWindow::Calls(calls) => calls,
        };
        let is_rate = |rate: f64| rate > 0.0 && rate <= 1.0;
        [
            (
                self.window != SlidingWindow::Time(Duration::ZERO) && window_calls > 0,
                "window",
                "holds no call; 10s or 100 calls would do",
            ),
            (
                window_calls == u32::MAX || window_calls <= Self::MOST_CALLS,
                "window",
                "is larger than 65536 calls; use a window of time",
            ),
            (
                self.minimum_calls > 0,
                "minimum_calls",
                "must be 1 at least",
            ),
            (
                self.minimum_calls <= window_calls,
                "minimum_calls",
                "is more than the window holds, so the breaker would never open",
            ),
            (
                is_rate(self.failure_rate),
                "failure_rate",
                "must be above 0 and at most 1",
            ),
            (
                is_rate(self.slow_rate),
                "slow_rate",
                "must be above 0 and at most 1",
            ),
            (
                !self.slow_after.is_zero(),
                "slow_after",
                "must be above 0, or every call is slow",
            ),
        ]
    }

    /// What must hold for it to close again.
    fn closing(&self) -> [Rule; 4] {
        [
            (
                !self.open_for.is_zero(),
                "open_for",
                "must be above 0, or it never stays open",
            ),
            (
                self.open_for <= self.open_at_most,
                "open_at_most",
                "is less than open_for",
            ),
            (
                self.trials > 0,
                "trials",
                "must be 1 at least, or it never closes again",
            ),
            (
                !self.trials_within.is_zero(),
                "trials_within",
                "must be above 0",
            ),
        ]
    }
}
