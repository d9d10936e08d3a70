//! [`Slots`]: counts of the last so long, each of ten slots one word.

use std::time::{Duration, Instant};

use crate::context::Moment;
use crate::policy::sync::atomic::{AtomicU64, Ordering};

/// A sliding window of time: ten slots at a time, each a word that is added to, so that counting costs one
/// addition and no lock. The window holds what came in the present slot and the nine before it.
#[derive(Debug)]
pub(super) struct Slots {
    epoch: Moment,
    /// Of a slot, in nanoseconds; 0: it counts nothing.
    length: AtomicU64,
    words: [AtomicU64; Slots::WORDS],
}

impl Slots {
    /// How many bits of a word are for counting.
    pub(super) const BITS: u32 = 42;
    const COUNT: u64 = 10;
    /// As many words, so that a turn's place is found without a division.
    const WORDS: usize = 16;
    const COUNTS: u64 = (1 << Self::BITS) - 1;
    /// The other bits say which turn a slot counts for; a stale slot is not taken for a fresh one
    /// within months.
    const TURNS: u64 = 1 << (64 - Self::BITS);

    /// An empty window of this length; of none, it counts nothing.
    pub(super) fn new(window: Option<Duration>, epoch: Instant) -> Self {
        Self {
            epoch: epoch.into(),
            length: AtomicU64::new(Self::length(window)),
            // Of the turn before the first one, so that they are empty at any time.
            words: std::array::from_fn(|_| AtomicU64::new(Self::empty(Self::TURNS - 1))),
        }
    }

    fn length(window: Option<Duration>) -> u64 {
        let length = |window: Duration| {
            let length = window.as_nanos() / u128::from(Self::COUNT);
            u64::try_from(length).unwrap_or(u64::MAX).max(1)
        };
        window.map_or(0, length)
    }

    /// Makes the window longer or shorter. What it held is forgotten if that changes anything: its
    /// slots were of another length.
    pub(super) fn resize(&self, window: Option<Duration>) {
        let length = Self::length(window);
        if self.length.swap(length, Ordering::Relaxed) != length {
            for word in &self.words {
                word.store(Self::empty(Self::TURNS - 1), Ordering::Relaxed);
            }
        }
    }

    /// Adds `delta` to the present slot, unless `may` says of its counts that it is full. `false`: the
    /// window counts nothing.
    #[inline]
    pub(super) fn add(&self, now: Moment, delta: u64, may: impl Fn(u64) -> bool) -> bool {
        let Some(turn) = self.turn(now) else {
            return false;
        };
        let word = self.word(turn);
        let known = word.load(Ordering::Relaxed);
        if !Self::is_of(known, turn) {
            self.begin(word, turn, delta);
        } else if may(known & Self::COUNTS) {
            word.fetch_add(delta, Ordering::Relaxed);
        }
        true
    }

    /// The counts of each slot within the window.
    pub(super) fn words(&self, now: Instant) -> impl Iterator<Item = u64> + '_ {
        let last = self.turn(now.into());
        let turns = |last: u64| last.saturating_sub(Self::COUNT - 1)..=last;
        let turns = last.map(turns).into_iter().flatten();
        turns
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
    #[inline]
    fn turn(&self, now: Moment) -> Option<u64> {
        let length = self.length.load(Ordering::Relaxed);
        now.nanos_since(self.epoch).checked_div(length)
    }

    #[inline]
    fn word(&self, turn: u64) -> &AtomicU64 {
        &self.words[turn as usize % Self::WORDS]
    }

    fn empty(turn: u64) -> u64 {
        (turn % Self::TURNS) << Self::BITS
    }

    fn is_of(word: u64, turn: u64) -> bool {
        word >> Self::BITS == turn % Self::TURNS
    }
}
