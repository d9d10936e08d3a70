//! [`Way`]: how long the way to an endpoint takes, there and back.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The shortest handshake of TCP that was seen: a longer one waited for something else as well. To a
/// proxy in between it is the way to that, so it never says too much.
#[derive(Debug)]
pub(in crate::http::client) struct Way {
    /// In milliseconds, which deadlines are told in.
    round_trip: AtomicU32,
}

/// No handshake was seen yet.
const UNKNOWN: u32 = u32::MAX;

impl Way {
    pub(super) fn new() -> Self {
        Self {
            round_trip: AtomicU32::new(UNKNOWN),
        }
    }

    /// A handshake took so long.
    pub(super) fn saw(&self, round_trip: Duration) {
        let millis = u32::try_from(round_trip.as_millis()).unwrap_or(UNKNOWN);
        self.round_trip.fetch_min(millis, Ordering::Relaxed);
    }

    /// When the callee must be done, so that its answer is back at `limit`. At least half of what is left
    /// is its own.
    #[inline]
    pub(in crate::http::client) fn shorten(&self, limit: Instant, now: Instant) -> Instant {
        match self.round_trip.load(Ordering::Relaxed) {
            0 | UNKNOWN => limit,
            millis => {
                let left = limit.saturating_duration_since(now);
                let way = Duration::from_millis(u64::from(millis)).min(left / 2);
                now + (left - way)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Env;

    #[test]
    fn the_shortest_handshake_counts_and_half_is_left() {
        let now = Env::system().now();
        let millis = |millis: u64| Duration::from_millis(millis);
        let limit = now + millis(100);
        let way = Way::new();
        assert_eq!(way.shorten(limit, now), limit);
        way.saw(millis(80));
        assert_eq!(way.shorten(limit, now), now + millis(50));
        way.saw(millis(30));
        way.saw(millis(40));
        assert_eq!(way.shorten(limit, now), now + millis(70));
        assert_eq!(way.shorten(now, limit), limit);
        way.saw(Duration::from_micros(300));
        assert_eq!(way.shorten(limit, now), limit);
    }
}
