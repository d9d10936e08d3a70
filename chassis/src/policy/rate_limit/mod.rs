//! Rate limits: so many calls a period, for all or for each key.
//!
//! [`RateLimit`] and [`KeyedRateLimit`] follow the generic cell rate algorithm (ITU-T I.371): one
//! moment is kept, the *theoretical arrival time*, that each call moves on by one share of the period. A
//! call that would move it further ahead than the burst allows is refused, and told when to come
//! again. There is no window at whose edge twice as many pass, and nothing to refill.
//!
//! [`Granted`] and [`Limited`] carry what the `RateLimit` header fields of the IETF draft say.

mod gcra;
mod keyed;
mod layer;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, Instant};

use self::gcra::Cell;
pub use self::keyed::KeyedRateLimit;
pub use self::layer::{RateLimitLayer, RateLimitService};
use crate::policy::sync::atomic::{AtomicU64, Ordering};

/// How many calls may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So many calls …
    pub limit: u32,
    /// … in so long.
    pub per: Duration,
    /// How many of them may come at once.
    pub burst: u32,
}

impl Rate {
    /// `limit` calls in `per`, all of them at once if nobody came before.
    pub fn new(limit: u32, per: Duration) -> Self {
        Self {
            limit,
            per,
            burst: limit,
        }
    }
}

/// A call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// How many more may come at once.
    pub remaining: u32,
    /// When as many as the burst may come again, if none does until then.
    pub reset_after: Duration,
}

/// A call must not be made: there were too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The rate that is exceeded.
    pub rate: Rate,
    /// When one call may be made.
    pub retry_after: Duration,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rate { limit, per, .. } = self.rate;
        let after = self.retry_after;
        write!(
            f,
            "more than {limit} calls in {per:?}; try again in {after:.1?}"
        )
    }
}

impl std::error::Error for Limited {}

/// A rate that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a rate limit needs a limit, a burst and a period above zero, and a period of 290 years at most"
)]
pub struct RateMistake;

/// One limit for all calls. Checking is a load and a compare-and-swap.
#[derive(Debug)]
pub struct RateLimit {
    cell: Cell,
    /// The theoretical arrival time, in nanoseconds since the cell's epoch.
    arrival: AtomicU64,
}

impl RateLimit {
    /// A limit that nobody has used yet.
    ///
    /// # Errors
    ///
    /// [`RateMistake`] when limit, burst or period is zero, or the period beyond any clock.
    pub fn new(rate: Rate, now: Instant) -> Result<Self, RateMistake> {
        let cell = Cell::new(rate, now)?;
        let arrival = AtomicU64::new(0);
        Ok(Self { cell, arrival })
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// [`Limited`] when it must not be made.
    pub fn check(&self, now: Instant) -> Result<Granted, Limited> {
        let mut arrival = self.arrival.load(Ordering::Relaxed);
        loop {
            let (next, granted) = self.cell.check(arrival, now)?;
            let exchanged = self.arrival.compare_exchange_weak(
                arrival,
                next,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            match exchanged {
                Ok(_) => return Ok(granted),
                Err(present) => arrival = present,
            }
        }
    }
}
