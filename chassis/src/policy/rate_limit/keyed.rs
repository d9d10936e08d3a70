//! [`KeyedRateLimit`]: a limit for each key, in a table of fixed size.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::gcra::Cell;
use super::{Granted, Limited, Rate, RateMistake};

/// A limit for each key: a principal, an address.
///
/// It remembers as many keys as it was made for, 16 bytes each, allocated at once: a million strangers
/// cost no more than one. Keys share buckets of eight. Where a ninth comes, the one is forgotten that
/// would be allowed most, so that a flood of new keys frees the strangers first and the exhausted
/// last.
pub struct KeyedRateLimit<S = RandomState> {
    cell: Cell,
    hasher: S,
    buckets: Box<[Mutex<Bucket>]>,
}

type Bucket = [Entry; KeyedRateLimit::<RandomState>::WAYS];

/// A key's hash, and its theoretical arrival time. All zero: nobody's.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u64,
    arrival: u64,
}

impl KeyedRateLimit {
    /// A limit that nobody has used yet, and that remembers about `keys` keys.
    ///
    /// # Errors
    ///
    /// [`RateMistake`] when limit, burst or period is zero, or the period beyond any clock.
    pub fn new(rate: Rate, keys: usize, now: Instant) -> Result<Self, RateMistake> {
        Self::with_hasher(rate, keys, now, RandomState::new())
    }
}

impl<S> KeyedRateLimit<S> {
    const WAYS: usize = 8;

    /// As [`new`](KeyedRateLimit::new), with a hasher that a stranger must not be able to guess.
    ///
    /// # Errors
    ///
    /// [`RateMistake`] when limit, burst or period is zero, or the period beyond any clock.
    pub fn with_hasher(
        rate: Rate,
        keys: usize,
        now: Instant,
        hasher: S,
    ) -> Result<Self, RateMistake> {
        let buckets = keys.div_ceil(Self::WAYS).max(1);
        Ok(Self {
            cell: Cell::new(rate, now)?,
            hasher,
            buckets: (0..buckets).map(|_| Mutex::default()).collect(),
        })
    }
}

impl<S: BuildHasher> KeyedRateLimit<S> {
    /// Asks for one call of `key`.
    ///
    /// # Errors
    ///
    /// [`Limited`] when it must not be made.
    pub fn check(&self, key: &(impl Hash + ?Sized), now: Instant) -> Result<Granted, Limited> {
        self.check_hash(self.hasher.hash_one(key), now)
    }
}

impl<S> KeyedRateLimit<S> {
    /// As [`check`](Self::check) for a key whose hash is known already, by a hasher that a stranger can't
    /// guess either.
    pub(crate) fn check_hash(&self, hash: u64, now: Instant) -> Result<Granted, Limited> {
        let index = hash % self.buckets.len() as u64;
        let bucket = &self.buckets[index as usize];
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let known = bucket.iter().position(|entry| entry.hash == hash);
        let arrival = known.map_or(0, |way| bucket[way].arrival);
        let (arrival, granted) = self.cell.check(arrival, now)?;
        let way = known.unwrap_or_else(|| most_allowed(&*bucket));
        bucket[way] = Entry { hash, arrival };
        Ok(granted)
    }
}

/// The entry whose arrival time is the earliest.
fn most_allowed(bucket: &[Entry]) -> usize {
    let ways = bucket.iter().enumerate();
    ways.min_by_key(|(_, entry)| entry.arrival)
        .map_or(0, |(way, _)| way)
}

impl<S> fmt::Debug for KeyedRateLimit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedRateLimit")
            .field("cell", &self.cell)
            .field("keys", &(self.buckets.len() * Self::WAYS))
            .finish_non_exhaustive()
    }
}
