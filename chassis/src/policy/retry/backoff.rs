//! [`Backoff`]: how long to wait before the next attempt.

use std::time::Duration;

/// Exponential backoff with full jitter: before attempt *n* + 1, a time between zero and
/// `base · 2ⁿ⁻¹`, at most `cap`. Full jitter spreads a crowd of callers best and costs the least work
/// (Marc Brooker, "Exponential Backoff And Jitter", 2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest wait before the first retry. Default: 25 ms.
    pub base: Duration,
    /// The longest wait of all. Default: 1 s.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(25),
            cap: Duration::from_secs(1),
        }
    }
}

impl Backoff {
    /// How long to wait after the attempt of this number; the first is 1. `random` is any 64 bits,
    /// uniformly distributed.
    pub fn wait(&self, attempt: u32, random: u64) -> Duration {
        let factor = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let most = self.base.saturating_mul(factor).min(self.cap);
        let nanos = most.as_nanos().min(u64::MAX.into());
        // The high half of a 128-bit product scales 64 random bits without a division.
        let scaled = (nanos * u128::from(random)) >> 64;
        Duration::from_nanos(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_waits_no_longer_than_the_doubled_base_and_the_cap(
            base in 0..10_000_u64, cap in 0..100_000_u64, attempt: u32, random: u64,
        ) {
            let millis = Duration::from_millis;
            let backoff = Backoff { base: millis(base), cap: millis(cap) };
            let doubled = f64::from(attempt.saturating_sub(1).min(64)).exp2();
            let most = (base as f64 * doubled).min(cap as f64) / 1000.0;
            prop_assert!(backoff.wait(attempt, random).as_secs_f64() <= most);
        }
    }

    #[test]
    fn the_whole_range_is_used() {
        let backoff = Backoff::default();
        assert_eq!(backoff.wait(1, 0), Duration::ZERO);
        assert_eq!(backoff.wait(1, u64::MAX).as_micros(), 24_999);
        assert_eq!(backoff.wait(3, u64::MAX / 2).as_millis(), 49);
        assert_eq!(backoff.wait(60, u64::MAX).as_millis(), 999);
    }
}
