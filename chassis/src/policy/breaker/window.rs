//! The sliding windows: how many calls there were, how many failed, how many were slow.

use std::time::{Duration, Instant};

use super::super::slots::Slots;
use super::SlidingWindow;
use crate::context::Moment;
use crate::policy::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;

/// What a breaker's window holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All calls.
    pub calls: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Those of them that were slow.
    pub slow: u64,
}

/// One call's part of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

/// Of time or of calls; it may become the other one while it is used.
pub(super) struct Window {
    /// Of time; they count nothing while it is one of calls.
    slots: Slots,
    ring: Mutex<Ring>,
}

impl Window {
    pub(super) fn new(shape: SlidingWindow, now: Instant) -> Self {
        let (time, calls) = parts(shape);
        Self {
            slots: Slots::new(time, now),
            ring: Mutex::new(Ring::new(calls)),
        }
    }

    /// Gives it another shape. What it held is forgotten if that is one.
    pub(super) fn reshape(&self, shape: SlidingWindow) {
        let (time, calls) = parts(shape);
        self.slots.resize(time);
        let mut ring = lock(&self.ring);
        if ring.size != calls as usize {
            *ring = Ring::new(calls);
        }
    }

    #[inline]
    pub(super) fn record(&self, now: Moment, mark: Mark) {
        if !record(&self.slots, now, mark) {
            self.record_call(mark);
        }
    }

    #[cold]
    fn record_call(&self, mark: Mark) {
        lock(&self.ring).record(mark);
    }

    pub(super) fn counts(&self, now: Instant) -> Counts {
        counts(&self.slots, now).and(lock(&self.ring).counts)
    }

    pub(super) fn clear(&self) {
        self.slots.clear();
        lock(&self.ring).clear();
    }
}

/// The time and the number of calls: one of them, the other is none.
fn parts(shape: SlidingWindow) -> (Option<Duration>, u32) {
    match shape {
        SlidingWindow::Time(length) => (Some(length), 0),
        SlidingWindow::Calls(calls) => (None, calls),
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

#[inline]
fn record(slots: &Slots, now: Moment, mark: Mark) -> bool {
    slots.add(now, mark.as_word(), |word| word & MOST < ENOUGH)
}

fn counts(slots: &Slots, now: Instant) -> Counts {
    slots
        .words(now)
        .map(Counts::of)
        .fold(Counts::default(), Counts::and)
}

impl Mark {
    /// Neither failed nor slow.
    pub(super) const GOOD: Self = Self {
        failed: false,
        slow: false,
    };

    pub(super) fn counts(self) -> Counts {
        Counts::of(self.as_word())
    }

    #[inline]
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
        // Of no size: the window has just become one of time.
        if self.size == 0 {
            return;
        }
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
