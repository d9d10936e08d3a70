//! [`Moment`]: monotonic time as one number.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What the first instant of this process that was counted becomes: earlier ones have room below it,
/// a century on either side.
const FIRST: u64 = 1 << 62;

static EPOCH: OnceLock<Instant> = OnceLock::new();

/// A point in monotonic time, as nanoseconds: an [`Instant`] that is cheap to reckon with.
///
/// The difference of two instants costs more than all else that a policy does with a call; of two
/// moments it is one subtraction. Who asks several policies at one time converts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// Nanoseconds since `earlier`; 0 where that is later.
    #[inline]
    pub fn nanos_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time since `earlier`; none where that is later.
    #[inline]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanos_since(earlier))
    }

    /// The instant that it was made of.
    #[cold]
    pub fn instant(self) -> Instant {
        #[expect(
            clippy::expect_used,
            reason = "a moment is only made of an instant, and the first one sets the epoch"
        )]
        let epoch = *EPOCH.get().expect("an epoch");
        match self.0.checked_sub(FIRST) {
            Some(after) => epoch + Duration::from_nanos(after),
            None => epoch - Duration::from_nanos(FIRST - self.0),
        }
    }
}

impl From<Instant> for Moment {
    #[inline]
    fn from(instant: Instant) -> Self {
        let epoch = *EPOCH.get_or_init(|| instant);
        match instant.checked_duration_since(epoch) {
            Some(after) => Self(FIRST + nanos(after)),
            None => Self(FIRST - nanos(epoch.saturating_duration_since(instant))),
        }
    }
}

/// Nanoseconds, up to a century.
fn nanos(duration: Duration) -> u64 {
    let seconds = duration.as_secs().min(100 * 365 * 86_400);
    seconds * 1_000_000_000 + u64::from(duration.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Env;

    #[test]
    fn an_instant_comes_back_as_it_was() {
        let now = Env::system().now();
        let age = Duration::from_nanos(3_000_000_007);
        for instant in [now, now + age, now - age] {
            assert_eq!(Moment::from(instant).instant(), instant);
        }
    }

    #[test]
    fn differences_are_those_of_the_instants() {
        let now = Env::system().now();
        let later = now + Duration::from_nanos(1_999_999_999);
        let (first, second) = (Moment::from(now), Moment::from(later));
        assert_eq!(second.nanos_since(first), 1_999_999_999);
        assert_eq!(first.since(second), Duration::ZERO);
    }

    #[test]
    fn what_is_far_off_is_still_later() {
        let now = Env::system().now();
        let far = now + Duration::from_secs(200 * 365 * 86_400);
        assert!(Moment::from(far) > Moment::from(now));
    }
}
