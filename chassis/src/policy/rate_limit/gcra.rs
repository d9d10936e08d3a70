//! The algorithm, as a function of the moment that is kept.

use std::time::{Duration, Instant};

use super::{Granted, Limited, Rate, RateMistake};

/// What a rate means in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    rate: Rate,
    epoch: Instant,
    /// What one call moves the arrival time on by.
    interval: u64,
    /// How far ahead of now it may be.
    tolerance: u64,
}

impl Cell {
    pub(super) fn new(rate: Rate, epoch: Instant) -> Result<Self, RateMistake> {
        let Rate { limit, per, burst } = rate;
        let per = i64::try_from(per.as_nanos()).map_err(|_| RateMistake)?;
        if limit == 0 || burst == 0 || per == 0 {
            return Err(RateMistake);
        }
        let interval = (per.unsigned_abs() / u64::from(limit)).max(1);
        Ok(Self {
            rate,
            epoch,
            interval,
            tolerance: interval.saturating_mul(burst.into()),
        })
    }

    /// The arrival time after a call at `now`, or why there can't be one.
    pub(super) fn check(&self, arrival: u64, now: Instant) -> Result<(u64, Granted), Limited> {
        let now = self.nanos(now);
        let next = arrival.max(now).saturating_add(self.interval);
        let ahead = next - now;
        if ahead > self.tolerance {
            return Err(Limited {
                rate: self.rate,
                retry_after: Duration::from_nanos(ahead - self.tolerance),
            });
        }
        let remaining = (self.tolerance - ahead) / self.interval;
        let granted = Granted {
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            reset_after: Duration::from_nanos(ahead),
        };
        Ok((next, granted))
    }

    /// `now` as arrival times are kept.
    pub(super) fn nanos(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}
