//! [`Slots`]: counts of the last so long, each of ten slots one word.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A sliding window of time: ten slots, each a word that is added to, so that counting costs one
/// addition and no lock. The window holds what came in the present slot and the nine before it.
#[derive(Debug)]
pub(super) struct Slots {
    epoch: Instant,
    /// Of a slot, in nanoseconds.
    length: AtomicU64,
    words: [AtomicU64; Slots::COUNT],
}

impl Slots {
    /// How many bits of a word are for counting.
    pub(super) const BITS: u32 = 42;
    const COUNT: usize = 10;
    const COUNTS: u64 = (1 << Self::BITS) - 1;
    /// The other bits say which turn a slot counts for; a stale slot is not taken for a fresh one
    /// within months.
    const TURNS: u64 = 1 << (64 - Self::BITS);

    /// An empty window of this length.
    pub(super) fn new(window: Duration, epoch: Instant) -> Self {
        Self {
            epoch,
            length: AtomicU64::new(Self::length(window)),
            // Of the turn before the first one, so that they are empty at any time.
            words: std::array::from_fn(|_| AtomicU64::new(Self::empty(Self::TURNS - 1))),
        }
    }

    fn length(window: Duration) -> u64 {
        let length = window.as_nanos() / Self::COUNT as u128;
        u64::try_from(length).unwrap_or(u64::MAX).max(1)
    }

    /// Makes the window longer or shorter. What it held is forgotten if that changes anything: its
    /// slots were of another length.
    pub(super) fn resize(&self, window: Duration) {
        let length = Self::length(window);
        if self.length.swap(length, Ordering::Relaxed) != length {
            for word in &self.words {
                word.store(Self::empty(Self::TURNS - 1), Ordering::Relaxed);
            }
        }
    }

    /// Adds `delta` to the present slot, unless `may` says of its counts that it is full.
    #[inline]
    pub(super) fn add(&self, now: Instant, delta: u64, may: impl Fn(u64) -> bool) {
        let turn = self.turn(now);
        let word = self.word(turn);
        let known = word.load(Ordering::Relaxed);
        if !Self::is_of(known, turn) {
            self.begin(word, turn, delta);
        } else if may(known & Self::COUNTS) {
            word.fetch_add(delta, Ordering::Relaxed);
        }
    }

    /// The counts of each slot within the window.
    pub(super) fn words(&self, now: Instant) -> impl Iterator<Item = u64> + '_ {
        let last = self.turn(now);
        let first = last.saturating_sub(Self::COUNT as u64 - 1);
        (first..=last)
            .map(|turn| (turn, self.word(turn).load(Ordering::Relaxed)))
            .filter(|(turn, word)| Self::is_of(*word, *turn))
            .map(|(_, word)| word & Self::COUNTS)
    }

    /// Forgets all counts; what is added meanwhile may stay.
    pub(super) fn clear(&self) {
        for word in &self.words {
            word.fetch_and(!Self::COUNTS, Ordering::Relaxed);
        }
    }

    /// Lets a slot count for `turn`, whoever comes first.
    #[cold]
    fn begin(&self, word: &AtomicU64, turn: u64, delta: u64) {
        let begun = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            (!Self::is_of(word, turn)).then(|| Self::empty(turn) + delta)
        });
        if begun.is_err() {
            word.fetch_add(delta, Ordering::Relaxed);
        }
    }

    /// How many slots have passed since the beginning.
    fn turn(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        let nanos = since.as_secs().saturating_mul(1_000_000_000);
        nanos.saturating_add(since.subsec_nanos().into()) / self.length.load(Ordering::Relaxed)
    }

    fn word(&self, turn: u64) -> &AtomicU64 {
        &self.words[(turn % Self::COUNT as u64) as usize]
    }

    fn empty(turn: u64) -> u64 {
        (turn % Self::TURNS) << Self::BITS
    }

    fn is_of(word: u64, turn: u64) -> bool {
        word >> Self::BITS == turn % Self::TURNS
    }
}
