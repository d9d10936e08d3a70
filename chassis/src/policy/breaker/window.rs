//! The sliding windows: how many calls there were, how many failed, how many were slow.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::SlidingWindow;

/// What a window holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) slow: u64,
}

/// One call's part of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

pub(super) enum Window {
    Time(Slots),
    Calls(Mutex<Ring>),
}

impl Window {
    pub(super) fn new(shape: SlidingWindow, now: Instant) -> Self {
        match shape {
            SlidingWindow::Time(length) => Self::Time(Slots::new(length, now)),
            SlidingWindow::Calls(calls) => Self::Calls(Mutex::new(Ring::new(calls))),
        }
    }

    #[inline]
    pub(super) fn record(&self, now: Instant, mark: Mark) {
        match self {
            Self::Time(slots) => slots.record(now, mark),
            Self::Calls(ring) => lock(ring).record(mark),
        }
    }

    pub(super) fn counts(&self, now: Instant) -> Counts {
        match self {
            Self::Time(slots) => slots.counts(now),
            Self::Calls(ring) => lock(ring).counts,
        }
    }

    pub(super) fn clear(&self) {
        match self {
            Self::Time(slots) => slots.clear(),
            Self::Calls(ring) => lock(ring).clear(),
        }
    }
}

fn lock(ring: &Mutex<Ring>) -> std::sync::MutexGuard<'_, Ring> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A window of time in ten slots; each is one word, so that a call costs one addition.
pub(super) struct Slots {
    epoch: Instant,
    slot: u64,
    words: [AtomicU64; Slots::COUNT],
}

/// A slot: which turn it counts for (22 bits: a stale one is never taken for a fresh one within
/// months), slow, failed and all calls (14 bits each). What comes after some 15,000 calls in one slot
/// is left out: by then its rates are known well enough.
#[derive(Clone, Copy)]
struct Slot(u64);

impl Slot {
    const BITS: u32 = 14;
    const MOST: u64 = (1 << Self::BITS) - 1;
    const TURNS: u64 = 1 << 22;
    /// Threads that count at the same moment may pass it together, by far less than is left.
    const ENOUGH: u64 = Self::MOST - 1024;

    fn empty(turn: u64) -> Self {
        Self((turn % Self::TURNS) << (3 * Self::BITS))
    }

    fn is_of(self, turn: u64) -> bool {
        self.0 >> (3 * Self::BITS) == turn % Self::TURNS
    }

    fn calls(self) -> u64 {
        self.0 & Self::MOST
    }

    fn counts(self) -> Counts {
        Counts {
            calls: self.calls(),
            failed: (self.0 >> Self::BITS) & Self::MOST,
            slow: (self.0 >> (2 * Self::BITS)) & Self::MOST,
        }
    }
}

impl Mark {
    pub(super) fn counts(self) -> Counts {
        Counts {
            calls: 1,
            failed: self.failed.into(),
            slow: self.slow.into(),
        }
    }

    fn as_word(self) -> u64 {
        1 | (u64::from(self.failed) << Slot::BITS) | (u64::from(self.slow) << (2 * Slot::BITS))
    }
}

impl Slots {
    const COUNT: usize = 10;

    fn new(length: Duration, epoch: Instant) -> Self {
        let slot = length.as_nanos() / Self::COUNT as u128;
        Self {
            epoch,
            slot: u64::try_from(slot).unwrap_or(u64::MAX).max(1),
            // Of the turn before the first one, so that they are empty at any time.
            words: std::array::from_fn(|_| AtomicU64::new(Slot::empty(Slot::TURNS - 1).0)),
        }
    }

    /// How many slots have passed since the beginning.
    fn turn(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        let nanos = since.as_secs().saturating_mul(1_000_000_000);
        nanos.saturating_add(since.subsec_nanos().into()) / self.slot
    }

    fn word(&self, turn: u64) -> &AtomicU64 {
        &self.words[(turn % Self::COUNT as u64) as usize]
    }

    #[inline]
    fn record(&self, now: Instant, mark: Mark) {
        let turn = self.turn(now);
        let word = self.word(turn);
        let slot = Slot(word.load(Ordering::Relaxed));
        if slot.is_of(turn) {
            if slot.calls() < Slot::ENOUGH {
                word.fetch_add(mark.as_word(), Ordering::Relaxed);
            }
            return;
        }
        self.begin(word, turn, mark);
    }

    /// Lets a slot count for `turn`, whoever comes first.
    #[cold]
    fn begin(&self, word: &AtomicU64, turn: u64, mark: Mark) {
        let begun = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            let slot = Slot(word);
            (!slot.is_of(turn)).then(|| Slot::empty(turn).0 + mark.as_word())
        });
        if begun.is_err() {
            word.fetch_add(mark.as_word(), Ordering::Relaxed);
        }
    }

    fn counts(&self, now: Instant) -> Counts {
        let last = self.turn(now);
        let first = last.saturating_sub(Self::COUNT as u64 - 1);
        (first..=last)
            .map(|turn| (turn, Slot(self.word(turn).load(Ordering::Relaxed))))
            .filter(|(turn, slot)| slot.is_of(*turn))
            .map(|(_, slot)| slot.counts())
            .fold(Counts::default(), Counts::and)
    }

    fn clear(&self) {
        for word in &self.words {
            // The turn stays, the counts go; a call that is recorded meanwhile may stay as well.
            let turn_only = !((1 << (3 * Slot::BITS)) - 1);
            word.fetch_and(turn_only, Ordering::Relaxed);
        }
    }
}

impl Counts {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            failed: self.failed + other.failed,
            slow: self.slow + other.slow,
        }
    }
}

/// A window of calls: the marks of the last ones, the oldest overwritten.
pub(super) struct Ring {
    size: usize,
    marks: Vec<Mark>,
    next: usize,
    counts: Counts,
}

impl Ring {
    fn new(size: u32) -> Self {
        Self {
            size: size as usize,
            marks: Vec::new(),
            next: 0,
            counts: Counts::default(),
        }
    }

    fn record(&mut self, mark: Mark) {
        if self.marks.len() < self.size {
            self.marks.push(mark);
        } else {
            let oldest = std::mem::replace(&mut self.marks[self.next], mark);
            self.counts.calls -= 1;
            self.counts.failed -= u64::from(oldest.failed);
            self.counts.slow -= u64::from(oldest.slow);
        }
        self.next = (self.next + 1) % self.size;
        self.counts.calls += 1;
        self.counts.failed += u64::from(mark.failed);
        self.counts.slow += u64::from(mark.slow);
    }

    fn clear(&mut self) {
        self.marks.clear();
        self.next = 0;
        self.counts = Counts::default();
    }
}
