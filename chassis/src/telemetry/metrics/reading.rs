//! [`Reading`]: what a series counted so far, for whoever compares two moments.

use std::sync::Arc;
use std::time::Duration;

use super::cells::{BUCKETS, FINE_NANOS, Level};
use super::durations::Durations;

/// A series, to be read.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    durations: Durations,
    /// `None`: calls at work are not counted.
    level: Option<Arc<Level>>,
}

impl Recorded {
    pub(super) fn new(durations: Durations, level: Option<Arc<Level>>) -> Self {
        Self { durations, level }
    }

    /// Adds all that was recorded so far to `reading`.
    pub(crate) fn read(&self, reading: &mut Reading) {
        self.durations.read(reading);
        if let Some(level) = &self.level {
            let at_work = u64::try_from(level.get()).unwrap_or_default();
            reading.at_work = Some(reading.at_work.unwrap_or_default() + at_work);
        }
    }
}

/// Calls, failed calls and how long they took, at one moment; or between two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reading {
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    /// Calls at work, where they are counted.
    pub(crate) at_work: Option<u64>,
    /// By buckets of durations, ascending.
    pub(super) counts: [u64; BUCKETS],
}

impl Reading {
    /// What came since `earlier`. Numbers are read one by one while others add: what seems to go
    /// back came to nothing.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let mut counts = self.counts;
        for (count, before) in counts.iter_mut().zip(&earlier.counts) {
            *count = count.saturating_sub(*before);
        }
        Self {
            calls: self.calls.saturating_sub(earlier.calls),
            errors: self.errors.saturating_sub(earlier.errors),
            at_work: self.at_work,
            counts,
        }
    }

    /// Adds another one's numbers.
    pub(crate) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.errors += other.errors;
        if let Some(more) = other.at_work {
            self.at_work = Some(self.at_work.unwrap_or_default() + more);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// The time that share `q` of the calls took at most: about, since a bucket's calls are taken
    /// as spread evenly over it. Beyond the last bound, that bound. `None` without a call.
    pub(crate) fn quantile(&self, q: f64) -> Option<Duration> {
        let all: u64 = self.counts.iter().sum();
        if all == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
        let rank = (q * all as f64).max(1.0);
        let (mut before, mut lower) = (0.0, 0);
        for (count, upper) in self.counts.iter().zip(FINE_NANOS) {
            #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
            let count = *count as f64;
            if count > 0.0 && before + count >= rank {
                let share = (rank - before) / count;
                let width = Duration::from_nanos(upper - lower);
                return Some(Duration::from_nanos(lower) + width.mul_f64(share));
            }
            before += count;
            lower = upper;
        }
        Some(Duration::from_nanos(lower))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(counts: &[(usize, u64)]) -> Reading {
        let mut reading = Reading::default();
        for (bucket, count) in counts {
            reading.counts[*bucket] = *count;
            reading.calls += count;
        }
        reading
    }

    #[test]
    fn quantiles_lie_in_their_bucket() {
        assert_eq!(reading(&[]).quantile(0.5), None);
        // 100 calls of 1 to 2.5 ms.
        let even = reading(&[(4, 100)]);
        assert_eq!(even.quantile(0.5), Some(Duration::from_micros(1_750)));
        assert_eq!(even.quantile(1.0), Some(Duration::from_micros(2_500)));
        let mixed = reading(&[(0, 99), (6, 1)]);
        assert!(mixed.quantile(0.5).unwrap() < Duration::from_micros(100));
        assert!(mixed.quantile(0.99).unwrap() <= Duration::from_micros(100));
        assert_eq!(mixed.quantile(1.0), Some(Duration::from_millis(10)));
        let long = reading(&[(BUCKETS - 1, 3)]);
        assert_eq!(long.quantile(0.5), Some(Duration::from_secs(10)));
    }

    #[test]
    fn the_difference_of_two_moments_never_goes_below_nothing() {
        let (earlier, later) = (reading(&[(1, 5)]), reading(&[(1, 7), (2, 1)]));
        assert_eq!(later.since(&earlier), reading(&[(1, 2), (2, 1)]));
        assert_eq!(earlier.since(&later), Reading::default());
    }
}
