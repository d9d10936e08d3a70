//! The sliding windows: how many calls there were, how many failed, how many were slow.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::super::slots::Slots;
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
            Self::Time(slots) => record(slots, now, mark),
            Self::Calls(ring) => lock(ring).record(mark),
        }
    }

    pub(super) fn counts(&self, now: Instant) -> Counts {
        match self {
            Self::Time(slots) => counts(slots, now),
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

fn lock(ring: &Mutex<Ring>) -> MutexGuard<'_, Ring> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a mark lies in a slot's word: all calls, failed ones, slow ones, 14 bits each. What comes
/// after some 15,000 calls in one slot is left out: by then its rates are known well enough.
const BITS: u32 = Slots::BITS / 3;
const MOST: u64 = (1 << BITS) - 1;
/// Threads that count at the same moment may pass it together, by far less than is left.
const ENOUGH: u64 = MOST - 1024;

fn record(slots: &Slots, now: Instant, mark: Mark) {
    slots.add(now, mark.as_word(), |word| word & MOST < ENOUGH);
}

fn counts(slots: &Slots, now: Instant) -> Counts {
    slots
        .words(now)
        .map(Counts::of)
        .fold(Counts::default(), Counts::and)
}

impl Mark {
    pub(super) fn counts(self) -> Counts {
        Counts::of(self.as_word())
    }

    fn as_word(self) -> u64 {
        1 | (u64::from(self.failed) << BITS) | (u64::from(self.slow) << (2 * BITS))
    }
}

impl Counts {
    fn of(word: u64) -> Self {
        Self {
            calls: word & MOST,
            failed: (word >> BITS) & MOST,
            slow: (word >> (2 * BITS)) & MOST,
        }
    }

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
