//! [`Latency`]: in which time so many of the calls have answered lately.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// How long the answers of one method took lately, to a fifth of each.
///
/// Two generations of counts in buckets of a quarter of an octave: one fills, the other is the last
/// full one. A generation lasts for so many answers, not for a time: what is called seldom keeps what
/// it knows, what is called often learns within seconds.
#[derive(Debug)]
pub struct Latency {
    generations: [[AtomicU32; BUCKETS]; 2],
    /// How many answers were recorded in all.
    recorded: AtomicU64,
    /// The quantile in nanoseconds as of the last look; 0: not known.
    known: AtomicU64,
}

/// Four an octave, from a microsecond to half an hour.
const BUCKETS: usize = 128;
const PER_OCTAVE: u32 = 4;
/// Below 1,024 ns all is one bucket.
const LEAST: u32 = 10;
/// How many answers a generation lasts.
const GENERATION: u64 = 4096;
/// How often the quantile is looked up anew.
const LOOK: u64 = 64;

impl Default for Latency {
    fn default() -> Self {
        let empty = || std::array::from_fn(|_| AtomicU32::new(0));
        Self {
            generations: [empty(), empty()],
            recorded: AtomicU64::new(0),
            known: AtomicU64::new(0),
        }
    }
}

impl Latency {
    /// An answer took `elapsed`. Every so often this looks for the time in which a share of
    /// `quantile` has answered, from `minimum` answers on.
    #[inline]
    pub fn record(&self, elapsed: Duration, quantile: f64, minimum: u32) {
        let count = self.recorded.fetch_add(1, Ordering::Relaxed);
        let filling = &self.generations[(count / GENERATION % 2) as usize];
        if count.is_multiple_of(GENERATION) {
            // Answers that are recorded meanwhile may be forgotten, which does no harm.
            filling
                .iter()
                .for_each(|bucket| bucket.store(0, Ordering::Relaxed));
        }
        filling[bucket(elapsed)].fetch_add(1, Ordering::Relaxed);
        if (count + 1).is_multiple_of(LOOK) || count + 1 == u64::from(minimum) {
            self.look(count + 1, quantile, minimum);
        }
    }

    /// The time as of the last look; `None` until there are enough answers.
    #[inline]
    pub fn known(&self) -> Option<Duration> {
        match self.known.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }

    #[cold]
    fn look(&self, recorded: u64, quantile: f64, minimum: u32) {
        if recorded < u64::from(minimum) {
            return;
        }
        let count = |bucket: usize| {
            let [even, odd] = &self.generations;
            let sum = even[bucket].load(Ordering::Relaxed) + odd[bucket].load(Ordering::Relaxed);
            u64::from(sum)
        };
        let all: u64 = (0..BUCKETS).map(count).sum();
        let rank = (all as f64 * quantile).ceil() as u64;
        let mut seen = 0;
        let found = (0..BUCKETS).find(|bucket| {
            seen += count(*bucket);
            seen >= rank
        });
        let nanos = upper(found.unwrap_or(BUCKETS - 1));
        self.known.store(nanos, Ordering::Relaxed);
    }
}

/// The bucket of a time.
fn bucket(elapsed: Duration) -> usize {
    let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
    let octave = nanos.max(1).ilog2();
    if octave < LEAST {
        return 0;
    }
    // The two bits below the highest one: the quarter of the octave.
    let quarter = (nanos >> (octave - 2)) & 3;
    let bucket = (octave - LEAST) * PER_OCTAVE + quarter as u32 + 1;
    (bucket as usize).min(BUCKETS - 1)
}

/// The least time, in nanoseconds, that is above a bucket.
fn upper(bucket: usize) -> u64 {
    let above = bucket as u32;
    let (octave, quarter) = (above / PER_OCTAVE + LEAST, u64::from(above % PER_OCTAVE));
    (4 + quarter) << (octave - 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_time_lies_below_the_end_of_its_bucket_and_within_a_fourth(nanos in 1024..1_u64 << 40) {
            let end = upper(bucket(Duration::from_nanos(nanos)));
            prop_assert!(nanos < end);
            prop_assert!(end as f64 <= nanos as f64 * 1.2501, "{} {}", nanos, end);
        }

        #[test]
        fn the_quantile_is_that_of_the_answers(
            mut times in proptest::collection::vec(2_000..1_000_000_000_u64, 128..129),
        ) {
            let latency = Latency::default();
            for nanos in &times {
                latency.record(Duration::from_nanos(*nanos), 0.95, 100);
            }
            times.sort_unstable();
            let exact = times[(128.0_f64 * 0.95).ceil() as usize - 1] as f64;
            let known = latency.known().unwrap().as_nanos() as f64;
            prop_assert!(known > exact && known <= exact * 1.2501, "{} {}", known, exact);
        }
    }

    #[test]
    fn nothing_is_known_of_few_answers() {
        let latency = Latency::default();
        for _ in 0..99 {
            latency.record(Duration::from_millis(1), 0.95, 100);
        }
        assert_eq!(latency.known(), None);
        latency.record(Duration::from_millis(1), 0.95, 100);
        assert!(latency.known().is_some());
    }

    #[test]
    fn it_forgets_what_is_long_ago() {
        let latency = Latency::default();
        for _ in 0..GENERATION {
            latency.record(Duration::from_secs(1), 0.95, 100);
        }
        for _ in 0..2 * GENERATION {
            latency.record(Duration::from_millis(1), 0.95, 100);
        }
        assert!(latency.known().unwrap() < Duration::from_millis(2));
    }
}
