//! [`CpuShedder`]: refuses some calls while the processor is used up.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use super::Urgency;

/// Refuses calls while the processor is used up and what is ready to run waits for it: more of them the
/// longer that lasts, the background first, what is usual after that, the most urgent never.
///
/// Both signs are needed: a processor that is merely busy serves everybody, and a task that wakes late on
/// an idle one was delayed by something else.
#[derive(Debug)]
pub struct CpuShedder {
    threshold: f64,
    /// How far it is, in steps: [`FULL`] refuses all of the background, twice as much nearly all that is
    /// usual.
    level: AtomicU32,
    /// The last usage, in thousandths.
    usage: AtomicU32,
    /// Spreads refusals evenly.
    turn: AtomicU32,
}

/// How late a task wakes that had to wait for a processor.
const DELAY: Duration = Duration::from_millis(10);
/// The steps in which one class is refused.
const FULL: u32 = 20;
/// The most that is refused of what is usual, in steps: some are always let in, or nobody would learn
/// that it is better.
const MOST: u32 = 18;
/// The first class that is refused: RFC 9218 calls what is behind the default of 3 less urgent.
const BACKGROUND: Urgency = 5;
/// The last class that is never refused.
const URGENT: Urgency = 1;

impl CpuShedder {
    /// One that acts while more than this share of the processor is used, above 0.
    pub fn new(threshold: f64) -> Self {
        Self {
            threshold,
            level: AtomicU32::new(0),
            usage: AtomicU32::new(0),
            turn: AtomicU32::new(0),
        }
    }

    /// What share of what may be used is used, as of a look that was `delay` late. To be told four times
    /// a second.
    pub fn sample(&self, usage: f64, delay: Duration) {
        let before = f64::from(self.usage.load(Relaxed)) / 1_000.0;
        // Half of what was: one look is easily wrong.
        let usage = (before + usage.clamp(0.0, 10.0)) / 2.0;
        self.usage.store((usage * 1_000.0) as u32, Relaxed);
        let level = self.level.load(Relaxed);
        let is_over = usage >= self.threshold && delay >= DELAY;
        let next = if is_over {
            (level + 2).min(FULL + MOST)
        } else {
            level.saturating_sub(1)
        };
        self.level.store(next, Relaxed);
    }

    /// Whether anything is refused.
    #[inline]
    pub fn is_shedding(&self) -> bool {
        self.level.load(Relaxed) > 0
    }

    /// The share of what may be used that is used, smoothed.
    pub fn usage(&self) -> f64 {
        f64::from(self.usage.load(Relaxed)) / 1_000.0
    }

    /// Whether a call may be made.
    #[inline]
    pub fn admits(&self, urgency: Urgency) -> bool {
        let level = self.level.load(Relaxed);
        level == 0 || self.weigh(level, urgency)
    }

    #[cold]
    fn weigh(&self, level: u32, urgency: Urgency) -> bool {
        let share = match urgency {
            0..=URGENT => 0,
            BACKGROUND.. => level.min(FULL),
            _ => level.saturating_sub(FULL),
        };
        // Steps of the golden ratio lie evenly, so that any share is met within a few calls.
        let turn = self.turn.fetch_add(0x9e37_79b9, Relaxed);
        let point = (u64::from(turn) * u64::from(FULL)) >> 32;
        point >= u64::from(share)
    }
}
