//! [`LimitSettings`], and what is wrong with settings that cannot work.

use std::time::Duration;

/// How an [`AdaptiveLimit`](super::AdaptiveLimit) finds its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimitSettings {
    /// So many calls are always let in. Default: 10; fewer gain little, and a wrong guess then costs
    /// little, too.
    pub min_concurrency: u32,
    /// Never are more let in. Default: 1,024.
    pub max_concurrency: u32,
    /// How many are let in before anything is known. Default: 20. Calls that end in good time raise it
    /// threefold within the time that one of them takes.
    pub initial_concurrency: u32,
    /// How many times as long as it takes alone a call may take before fewer are let in, above 1. Default:
    /// 1.5.
    pub tolerance: f64,
    /// How often the limit is set, at most. Default: 100 ms.
    pub update_interval: Duration,
    /// How long it is believed what a call takes alone, if the limit was needed all the time. Then half as
    /// many are let in for a moment, to see. Default: 30 s, up to a tenth more.
    pub min_rtt_interval: Duration,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            min_concurrency: 10,
            max_concurrency: 1_024,
            initial_concurrency: 20,
            tolerance: 1.5,
            update_interval: Duration::from_millis(100),
            min_rtt_interval: Duration::from_secs(30),
        }
    }
}

/// A setting that cannot work: which, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {fault}")]
pub struct LimitMistake {
    /// The field's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub fault: &'static str,
}

impl LimitSettings {
    /// The most that [`max_concurrency`](Self::max_concurrency) may be.
    const MOST: u32 = 1_000_000;

    /// Finds the first setting that cannot work.
    ///
    /// # Errors
    ///
    /// [`LimitMistake`]: a bound of zero, a minimum above the maximum, a start outside of both, a
    /// tolerance that isn't above 1, an interval that is too short.
    pub fn check(&self) -> Result<(), LimitMistake> {
        let rules = [
            (
                self.min_concurrency > 0,
                "min_concurrency",
                "must be 1 at least, or nothing is ever let in",
            ),
            (
                self.min_concurrency <= self.max_concurrency,
                "max_concurrency",
                "is less than min_concurrency",
            ),
            (
                self.max_concurrency <= Self::MOST,
                "max_concurrency",
                "is more than a million, which limits nothing",
            ),
            (
                (self.min_concurrency..=self.max_concurrency).contains(&self.initial_concurrency),
                "initial_concurrency",
                "must lie between min_concurrency and max_concurrency",
            ),
            (
                self.tolerance > 1.0 && self.tolerance <= 100.0,
                "tolerance",
                "must be above 1 and at most 100: calls never take exactly as long as alone",
            ),
            (
                self.update_interval >= Duration::from_millis(1),
                "update_interval",
                "must be 1ms at least",
            ),
            (
                self.min_rtt_interval >= Duration::from_secs(1),
                "min_rtt_interval",
                "must be 1s at least, or it looks all the time",
            ),
        ];
        match rules.into_iter().find(|(holds, ..)| !holds) {
            Some((_, setting, fault)) => Err(LimitMistake { setting, fault }),
            None => Ok(()),
        }
    }
}
