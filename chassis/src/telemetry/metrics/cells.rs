//! Numbers that many threads add to: sharded, so that two threads on one series do not fight for
//! a cache line.
//!
//! A thread has one shard for its life. Reading sums up the shards; a sum that is read while
//! others add is a little old, never wrong.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::telemetry::semconv::DURATION_BOUNDS;

/// One value a shard, each on cache lines of its own.
#[repr(align(128))]
#[derive(Debug, Default)]
struct Padded<T>(T);

/// The shards of one number. Their count is a power of two.
#[derive(Debug)]
pub(crate) struct Sharded<T>(Box<[Padded<T>]>);

impl<T: Default> Default for Sharded<T> {
    fn default() -> Self {
        Self((0..shards()).map(|_| Padded::default()).collect())
    }
}

impl<T> Sharded<T> {
    /// The shard of this thread.
    #[inline]
    pub(crate) fn mine(&self) -> &T {
        &self.0[index() & (self.0.len() - 1)].0
    }

    /// The same shard for all threads.
    pub(crate) fn first(&self) -> &T {
        &self.0[0].0
    }

    /// All shards.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|padded| &padded.0)
    }
}

/// As many shards as threads run at once, within reason.
fn shards() -> usize {
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| {
        let threads = std::thread::available_parallelism().map_or(4, usize::from);
        threads.next_power_of_two().clamp(1, 16)
    })
}

/// The number of this thread: threads take turns over the shards.
#[inline]
pub(crate) fn index() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    MINE.with(|mine| {
        if mine.get() == usize::MAX {
            mine.set(NEXT.fetch_add(1, Relaxed) & 0xff);
        }
        mine.get()
    })
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Total(Sharded<AtomicU64>);

impl Total {
    #[inline]
    pub(crate) fn add(&self, count: u64) {
        self.0.mine().fetch_add(count, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.all().map(|shard| shard.load(Relaxed)).sum()
    }
}

/// A number that goes up on one thread and down on another.
#[derive(Debug, Default)]
pub(crate) struct Level(Sharded<AtomicI64>);

impl Level {
    #[inline]
    pub(crate) fn add(&self, change: i64) {
        self.0.mine().fetch_add(change, Relaxed);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.all().map(|shard| shard.load(Relaxed)).sum()
    }
}

/// How many bounds of durations are shown to the outside, and so one bucket less.
const BOUNDS: usize = DURATION_BOUNDS.len();

/// Bounds below the first of [`DURATION_BOUNDS`], in nanoseconds: the conventions begin at 5 ms,
/// which most calls never reach. Only the admin page looks closer.
const BELOW_NANOS: [u64; 5] = [100_000, 250_000, 500_000, 1_000_000, 2_500_000];

/// How many bounds there are in all.
const FINE: usize = BELOW_NANOS.len() + BOUNDS;

/// All bounds in nanoseconds, ascending.
pub(crate) const FINE_NANOS: [u64; FINE] = {
    let mut nanos = [0; FINE];
    let mut at = 0;
    while at < FINE {
        nanos[at] = match at < BELOW_NANOS.len() {
            true => BELOW_NANOS[at],
            // Exact: every bound is a whole number of milliseconds.
            false => (DURATION_BOUNDS[at - BELOW_NANOS.len()] * 1_000.0 + 0.5) as u64 * 1_000_000,
        };
        at += 1;
    }
    nanos
};

/// How many buckets a duration may lie in: those of [`FINE_NANOS`], and what is longer.
pub(crate) const BUCKETS: usize = FINE + 1;

/// How long things took: counter and histogram in one record. Three cache lines a shard.
#[derive(Debug, Default)]
pub(crate) struct Times(Sharded<TimesShard>);

#[derive(Debug, Default)]
struct TimesShard {
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

impl Times {
    /// Adds one duration, and gives the index of its bucket as [`read`](Self::read) counts them.
    #[inline]
    pub(crate) fn record(&self, elapsed: Duration) -> usize {
        // In 64 bits: five centuries, and a third of the instructions of 128.
        let nanos = elapsed.as_secs().saturating_mul(1_000_000_000);
        let nanos = nanos.saturating_add(elapsed.subsec_nanos().into());
        let bucket = FINE_NANOS
            .iter()
            .position(|bound| nanos <= *bound)
            .unwrap_or(FINE);
        let shard = self.0.mine();
        shard.buckets[bucket].fetch_add(1, Relaxed);
        shard.nanos.fetch_add(nanos, Relaxed);
        coarse(bucket)
    }

    /// Counts by the buckets of [`DURATION_BOUNDS`], and the sum in seconds.
    pub(crate) fn read(&self) -> (Vec<u64>, f64) {
        let mut counts = vec![0; BOUNDS + 1];
        let mut nanos = 0_u64;
        for shard in self.0.all() {
            for (bucket, count) in shard.buckets.iter().enumerate() {
                counts[coarse(bucket)] += count.load(Relaxed);
            }
            nanos = nanos.wrapping_add(shard.nanos.load(Relaxed));
        }
        (counts, Duration::from_nanos(nanos).as_secs_f64())
    }

    /// Adds the counts by all buckets to `counts`, and gives how many they are.
    pub(crate) fn add_to(&self, counts: &mut [u64; BUCKETS]) -> u64 {
        let mut all = 0;
        for shard in self.0.all() {
            for (count, bucket) in counts.iter_mut().zip(&shard.buckets) {
                let read = bucket.load(Relaxed);
                *count += read;
                all += read;
            }
        }
        all
    }
}

/// The bucket of [`DURATION_BOUNDS`] that a finer one lies in.
const fn coarse(bucket: usize) -> usize {
    bucket.saturating_sub(BELOW_NANOS.len())
}

/// How often which values came, by bounds of the user's choice.
#[derive(Debug)]
pub(crate) struct Values {
    bounds: Box<[f64]>,
    shards: Sharded<OnceLock<ValuesShard>>,
}

#[derive(Debug)]
struct ValuesShard {
    buckets: Box<[AtomicU64]>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

impl Values {
    /// `bounds` must ascend.
    pub(crate) fn new(bounds: &[f64]) -> Self {
        Self {
            bounds: bounds.into(),
            shards: Sharded::default(),
        }
    }

    pub(crate) fn record(&self, value: f64) {
        let shard = self.shards.mine().get_or_init(|| ValuesShard {
            buckets: (0..=self.bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0_f64.to_bits()),
        });
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        shard.buckets[bucket].fetch_add(1, Relaxed);
        add(&shard.sum, value);
    }

    pub(crate) fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// Counts by bucket, and the sum.
    pub(crate) fn read(&self) -> (Vec<u64>, f64) {
        let mut counts = vec![0; self.bounds.len() + 1];
        let mut sum = 0.0;
        for shard in self.shards.all().filter_map(OnceLock::get) {
            for (count, bucket) in counts.iter_mut().zip(&shard.buckets) {
                *count += bucket.load(Relaxed);
            }
            sum += f64::from_bits(shard.sum.load(Relaxed));
        }
        (counts, sum)
    }
}

/// Adds to an `f64` that is kept as bits.
pub(crate) fn add(bits: &AtomicU64, value: f64) {
    let _ = bits.fetch_update(Relaxed, Relaxed, |old| {
        Some((f64::from_bits(old) + value).to_bits())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let times = Times::default();
        assert_eq!(times.record(Duration::ZERO), 0);
        assert_eq!(times.record(Duration::from_micros(300)), 0);
        assert_eq!(times.record(Duration::from_millis(5)), 0);
        assert_eq!(times.record(Duration::from_nanos(5_000_001)), 1);
        assert_eq!(times.record(Duration::from_secs(10)), 13);
        assert_eq!(times.record(Duration::from_secs(11)), 14);
        let (counts, sum) = times.read();
        assert_eq!(counts, [3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert!((sum - 21.010_300_001).abs() < 1e-9, "{sum}");
        let mut fine = [0; BUCKETS];
        assert_eq!(times.add_to(&mut fine), 6);
        assert_eq!(&fine[..7], [1, 0, 1, 0, 0, 1, 1]);
    }

    #[test]
    fn threads_add_up() {
        let (total, level) = (Total::default(), Level::default());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        total.add(2);
                        level.add(1);
                    }
                });
            }
        });
        level.add(-7_999);
        assert_eq!((total.get(), level.get()), (16_000, 1));
    }

    #[test]
    fn values_keep_their_sum() {
        let values = Values::new(&[1.0, 2.0]);
        for value in [0.5, 1.0, 1.5, 9.0] {
            values.record(value);
        }
        assert_eq!(values.read(), (vec![2, 1, 1], 12.0));
    }
}
