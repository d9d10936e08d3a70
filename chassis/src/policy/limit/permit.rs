//! [`LimitPermit`]: one call that was let in.

use std::borrow::Borrow;
use std::time::Instant;

use super::super::Outcome;
use super::{AdaptiveLimit, Overloaded};

/// One call that an [`AdaptiveLimit`] let in. It holds a limit, an `Arc` of one or a reference.
#[derive(Debug)]
#[must_use = "its place is free again when it is dropped"]
pub struct LimitPermit<L: Borrow<AdaptiveLimit>> {
    limit: L,
    started: Instant,
    is_told: bool,
}

impl<L: Borrow<AdaptiveLimit>> LimitPermit<L> {
    /// Asks `limit` for one call.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when as many are at work as may be.
    #[inline]
    pub fn acquire(limit: L, now: Instant) -> Result<Self, Overloaded> {
        limit.borrow().enter(now)?;
        Ok(Self {
            limit,
            started: now,
            is_told: false,
        })
    }

    /// Says that the call ended at `now`, and how; see [`AdaptiveLimit::leave`].
    #[inline]
    pub fn done(mut self, now: Instant, outcome: Outcome) {
        self.is_told = true;
        self.limit.borrow().leave(self.started, now, outcome);
    }
}

impl<L: Borrow<AdaptiveLimit>> Drop for LimitPermit<L> {
    fn drop(&mut self) {
        if !self.is_told {
            self.limit.borrow().leave_untold();
        }
    }
}
