//! Cache: answers that are given again while they are fresh.
//!
//! A [`Cache`] keeps answers by key, bounded by bytes. A [`Hit`] says how old it is and what it is
//! good for: [`Good::Fresh`] is given as it is, [`Good::Soon`] too while somebody asks anew
//! (stale-while-revalidate), [`Good::InNeed`] only where asking failed (stale-if-error). [`Flights`]
//! sees to it that of many who miss the same key one asks, and the others wait for it.
//!
//! A hit takes one lock and moves nothing: what was used since the last round of eviction survives the
//! next one ("second chance"), so that a scan of many keys does not empty the cache.

mod flights;
mod layer;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::flights::{Flight, Flights, Lead, Wait};
pub use self::layer::{CacheLayer, CacheService, Plan};

/// How long an answer may be given again, counted from when it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freshness {
    /// For so long it is as good as a new one: `max-age`.
    pub fresh: Duration,
    /// For so long after that it is given while a new one is fetched: `stale-while-revalidate`.
    pub while_revalidate: Duration,
    /// For so long after it was fresh it is given where no new one can be had: `stale-if-error`.
    pub if_error: Duration,
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<V> {
    /// The answer.
    pub value: V,
    /// Since when it is as it is.
    pub age: Duration,
    /// What it is good for.
    pub good: Good,
}

/// What a kept answer is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// To be given.
    Fresh,
    /// To be given while a new one is fetched.
    Soon,
    /// To be given where no new one can be had; or to be made fresh again by its validator.
    InNeed,
}

/// How a [`Cache`] stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheView {
    /// How many answers it holds.
    pub entries: usize,
    /// How many bytes they take, as they were weighed.
    pub bytes: usize,
    /// How many had to go for others.
    pub evicted: u64,
}

/// Answers by key, at most so many bytes of them.
pub struct Cache<K, V> {
    max_bytes: usize,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Every entry's key, in the order in which they are looked at for eviction.
    round: VecDeque<K>,
    bytes: usize,
    evicted: u64,
}

struct Entry<V> {
    value: V,
    size: usize,
    made: Instant,
    freshness: Freshness,
    /// Since the last look.
    used: bool,
}

/// What an entry takes beside key and value, about.
const OVERHEAD: usize = 128;

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    /// An empty one that holds at most `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            state: Mutex::new(State {
                entries: HashMap::new(),
                round: VecDeque::new(),
                bytes: 0,
                evicted: 0,
            }),
        }
    }

    /// What is kept under `key`, if it is still good for anything.
    pub fn get<Q>(&self, key: &Q, now: Instant) -> Option<Hit<V>>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut state = self.lock();
        let entry = state.entries.get_mut(key)?;
        let age = now.saturating_duration_since(entry.made);
        let good = entry.freshness.at(age)?;
        entry.used = true;
        Some(Hit {
            value: entry.value.clone(),
            age,
            good,
        })
    }

    /// Keeps `value`, which was made at `made` and takes `size` bytes with its key. What is larger
    /// than the whole cache, or good for nothing, is not kept; what was kept under the key is gone
    /// either way.
    pub fn put(&self, key: K, value: V, size: usize, freshness: Freshness, made: Instant) {
        let size = size + OVERHEAD;
        let mut state = self.lock();
        state.remove(&key);
        if size > self.max_bytes || freshness == Freshness::default() {
            return state.tidy();
        }
        state.bytes += size;
        while state.bytes > self.max_bytes && state.evict() {}
        let entry = Entry {
            value,
            size,
            made,
            freshness,
            used: false,
        };
        if state.entries.insert(key.clone(), entry).is_none() {
            state.round.push_back(key);
        }
        state.tidy();
    }

    /// Says that what is kept under `key` is still what it was, as of `now`.
    pub fn renew<Q>(&self, key: &Q, freshness: Freshness, now: Instant)
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(entry) = self.lock().entries.get_mut(key) {
            entry.made = now;
            entry.freshness = freshness;
        }
    }

    /// Forgets what is kept under `key`.
    pub fn remove(&self, key: &K) {
        let mut state = self.lock();
        state.remove(key);
        state.tidy();
    }

    /// How it stands.
    pub fn view(&self) -> CacheView {
        let state = self.lock();
        CacheView {
            entries: state.entries.len(),
            bytes: state.bytes,
            evicted: state.evicted,
        }
    }

    /// Whole also after a panic, which only a key's own code can bring about.
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Freshness {
    /// What an answer of this age is good for; `None`: for nothing.
    pub fn at(&self, age: Duration) -> Option<Good> {
        let Some(over) = age.checked_sub(self.fresh) else {
            return Some(Good::Fresh);
        };
        // The moment at which it ends belongs to what comes after.
        if over < self.while_revalidate {
            Some(Good::Soon)
        } else if over < self.if_error {
            Some(Good::InNeed)
        } else {
            None
        }
    }
}

impl<K: Hash + Eq + Clone, V> State<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.size;
        }
    }

    /// Drops the next one that was not used since the last look. False when there is none.
    fn evict(&mut self) -> bool {
        // Each is passed over once at most: what was used is not any more when it comes again.
        for _ in 0..=2 * self.round.len() {
            let Some(key) = self.round.pop_front() else {
                return false;
            };
            match self.entries.get_mut(&key) {
                None => {}
                Some(entry) if entry.used => {
                    entry.used = false;
                    self.round.push_back(key);
                }
                Some(_) => {
                    self.remove(&key);
                    self.evicted += 1;
                    return true;
                }
            }
        }
        false
    }

    /// Removed keys leave their place in the round; it never holds more of those than of others.
    fn tidy(&mut self) {
        if self.round.len() > 2 * self.entries.len() + 16 {
            let entries = &self.entries;
            let mut seen = std::collections::HashSet::new();
            self.round
                .retain(|key| entries.contains_key(key) && seen.insert(key.clone()));
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("max_bytes", &self.max_bytes)
            .field("view", &self.view())
            .finish_non_exhaustive()
    }
}
