//! [`Window`]: count and sum of latencies in one word, so that counting a call is one addition.

use super::controller;
use crate::policy::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// What calls did since the last look.
#[derive(Debug)]
pub(super) struct Window {
    /// Calls that began before this, in nanoseconds, don't count.
    since: AtomicU64,
    /// The upper twenty bits count calls, the others their latencies in units.
    word: AtomicU64,
    /// The shortest latency in nanoseconds.
    fastest: AtomicU64,
    late: AtomicU32,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            since: AtomicU64::new(0),
            word: AtomicU64::new(0),
            fastest: AtomicU64::new(u64::MAX),
            late: AtomicU32::new(0),
        }
    }
}

/// How many bits the sum has.
const SUM: u32 = 44;
/// Nanoseconds of one unit, as a shift: about a microsecond.
const UNIT: u32 = 10;
/// One call in a word.
const CALL: u64 = 1 << SUM;
/// Beyond so many a window is full.
const FULL: u64 = 1 << 16;

impl Window {
    /// A call ended.
    #[inline]
    pub(super) fn add(&self, started: u64, taken: u64) {
        if started < self.since.load(Relaxed) || self.word.load(Relaxed) >> SUM >= FULL {
            return;
        }
        if taken < self.fastest.load(Relaxed) {
            self.fastest.fetch_min(taken, Relaxed);
        }
        // Four minutes at most, so that the sum can't run over into the count.
        let taken = (taken >> UNIT).min((CALL - 1) / FULL);
        self.word.fetch_add(CALL + taken, Relaxed);
    }

    /// A call found no answer in time.
    pub(super) fn add_late(&self, started: u64) {
        if started >= self.since.load(Relaxed) {
            self.late.fetch_add(1, Relaxed);
        }
    }

    /// How many calls ended, and how many too late.
    pub(super) fn counts(&self) -> (u32, u32) {
        (
            (self.word.load(Relaxed) >> SUM) as u32,
            self.late.load(Relaxed),
        )
    }

    /// Begins anew, and gives what was counted.
    pub(super) fn take(&self, now: u64, peak: u32) -> controller::Window {
        let word = self.word.swap(0, Relaxed);
        let calls = (word >> SUM) as u32;
        let sum = (word & (CALL - 1)) as f64 * f64::from(1 << UNIT);
        controller::Window {
            now,
            mean: if calls == 0 {
                0.0
            } else {
                sum / f64::from(calls)
            },
            fastest: self.fastest.swap(u64::MAX, Relaxed) as f64,
            calls,
            late: self.late.swap(0, Relaxed),
            peak,
        }
    }

    /// Counts nothing until it is opened.
    pub(super) fn close(&self) {
        self.since.store(u64::MAX, Relaxed);
    }

    /// Counts calls that begin from now on.
    pub(super) fn open(&self, now: u64) {
        self.word.store(0, Relaxed);
        self.fastest.store(u64::MAX, Relaxed);
        self.late.store(0, Relaxed);
        self.since.store(now, Relaxed);
    }
}
