//! [`SampledLimit`]: how many strangers a second may ask for their trace to be recorded.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// A rate with a burst of one second's worth, in one atomic word: the time at which the bucket
/// would be empty again (GCRA).
#[derive(Debug)]
pub struct SampledLimit {
    epoch: Instant,
    /// Nanoseconds that one admission costs; 0 when nothing is admitted.
    cost: u64,
    busy_until: AtomicU64,
}

impl SampledLimit {
    const SECOND: u64 = 1_000_000_000;

    /// At most `per_second` admissions a second; none when it is 0.
    pub fn new(per_second: u32, now: Instant) -> Self {
        Self {
            epoch: now,
            cost: Self::SECOND
                .checked_div(per_second.into())
                .map_or(0, |cost| cost.max(1)),
            busy_until: AtomicU64::new(0),
        }
    }

    /// Whether one more is admitted.
    pub fn admit(&self, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.epoch).as_nanos() as u64;
        let next = |busy_until: u64| {
            let next = busy_until.max(now) + self.cost;
            (next <= now + Self::SECOND).then_some(next)
        };
        self.cost > 0 && self.busy_until.fetch_update(Relaxed, Relaxed, next).is_ok()
    }
}

#[cfg(test)]
mod tests;
