//! The sliding windows: how many calls there were, how many failed, how many were slow.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::slots::Slots;
use super::SlidingWindow;

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
    is_of_calls: AtomicBool,
    slots: Slots,
    ring: Mutex<Ring>,
}

impl Window {
    pub(super) fn new(shape: SlidingWindow, now: Instant) -> Self {
        let (time, calls) = parts(shape);
        Self {
            is_of_calls: AtomicBool::new(calls > 0),
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
        drop(ring);
        self.is_of_calls.store(calls > 0, Ordering::Relaxed);
    }

    fn is_of_calls(&self) -> bool {
        self.is_of_calls.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn record(&self, now: Instant, mark: Mark) {
        match self.is_of_calls() {
            false => record(&self.slots, now, mark),
            true => lock(&self.ring).record(mark),
        }
    }

    pub(super) fn counts(&self, now: Instant) -> Counts {
        match self.is_of_calls() {
            false => counts(&self.slots, now),
            true => lock(&self.ring).counts,
        }
    }

    pub(super) fn clear(&self) {
        self.slots.clear();
        lock(&self.ring).clear();
    }
}

/// The time and the number of calls; the one that doesn't count is as small as it may be.
fn parts(shape: SlidingWindow) -> (Duration, u32) {
    match shape {
        SlidingWindow::Time(length) => (length, 0),
        SlidingWindow::Calls(calls) => (Duration::from_secs(1), calls),
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
