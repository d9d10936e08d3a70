//! [`Recent`]: the last requests that were slow or failed, for the admin page.
//!
//! A request that is neither pays two comparisons. Neither path nor query is kept: they may hold
//! what is nobody's business.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::context::TraceId;
use crate::telemetry::Telemetry;

/// How many of each kind are kept.
const KEPT: usize = 50;

/// The last requests that were slow or failed.
#[derive(Debug)]
pub(crate) struct Recent {
    /// From this duration on a request is slow.
    slow_from: Duration,
    slow: Ring,
    failed: Ring,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct RecentRequest {
    /// When it ended.
    pub(crate) at: SystemTime,
    /// Of the component that answered.
    pub(crate) telemetry: Telemetry,
    pub(crate) method: &'static str,
    /// The route's template; empty where none is known.
    pub(crate) route: Arc<str>,
    /// 0: no answer came.
    pub(crate) status: u16,
    pub(crate) error_type: Option<&'static str>,
    pub(crate) elapsed: Duration,
    pub(crate) trace_id: TraceId,
    pub(crate) peer: Option<IpAddr>,
}

#[derive(Debug, Default)]
struct Ring(Mutex<VecDeque<RecentRequest>>);

impl Recent {
    pub(super) fn new(slow_from: Duration) -> Self {
        Self {
            slow_from,
            slow: Ring::default(),
            failed: Ring::default(),
        }
    }

    /// Whether a request that ended so is to be kept.
    #[inline]
    pub(super) fn wants(&self, status: u16, elapsed: Duration) -> bool {
        // 0, which is no status, is as large as can be.
        elapsed >= self.slow_from || status.wrapping_sub(1) >= 499
    }

    pub(super) fn keep(&self, request: RecentRequest) {
        let failed = request.status == 0 || request.status >= 500;
        if request.elapsed >= self.slow_from {
            self.slow.keep(request.clone());
        }
        if failed {
            self.failed.keep(request);
        }
    }

    /// Keeps one that failed though its status doesn't say so.
    pub(super) fn keep_failed(&self, request: RecentRequest) {
        self.failed.keep(request);
    }

    /// From which duration on a request is slow.
    pub(crate) fn slow_from(&self) -> Duration {
        self.slow_from
    }

    /// The last slow ones, the newest first.
    pub(crate) fn slow(&self) -> Vec<RecentRequest> {
        self.slow.all()
    }

    /// The last ones that failed, the newest first.
    pub(crate) fn failed(&self) -> Vec<RecentRequest> {
        self.failed.all()
    }
}

impl Ring {
    /// Keeps one more; the oldest goes. Where another thread keeps one just now, this one is passed
    /// over: when so many fail at once, fifty of them say enough.
    fn keep(&self, request: RecentRequest) {
        let Ok(mut requests) = self.0.try_lock() else {
            return;
        };
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    fn all(&self) -> Vec<RecentRequest> {
        let requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Env;
    use crate::telemetry::{Resource, Settings};

    fn request(status: u16, elapsed: Duration) -> RecentRequest {
        let env = Env::seeded(1);
        let resource = Resource::new("shop", &env);
        let made = Telemetry::captured(env.clone(), &Settings::default(), resource);
        RecentRequest {
            at: env.wall(),
            telemetry: made.unwrap().0,
            method: "GET",
            route: "/".into(),
            status,
            error_type: None,
            elapsed,
            trace_id: TraceId([1; 16]),
            peer: None,
        }
    }

    #[test]
    fn the_slow_and_the_failed_are_wanted_and_no_others() {
        let recent = Recent::new(Duration::from_secs(1));
        let (fast, slow) = (Duration::from_millis(999), Duration::from_secs(1));
        for status in [200, 204, 404, 499] {
            assert!(!recent.wants(status, fast), "{status}");
            assert!(recent.wants(status, slow), "{status}");
        }
        for status in [0, 500, 503, 599] {
            assert!(recent.wants(status, fast), "{status}");
        }
    }

    #[test]
    fn only_the_last_fifty_are_kept() {
        let recent = Recent::new(Duration::from_secs(1));
        let one = request(503, Duration::from_secs(2));
        for at in 0..120_u64 {
            let elapsed = Duration::from_secs(at);
            recent.keep(RecentRequest {
                elapsed,
                ..one.clone()
            });
        }
        let (slow, failed) = (recent.slow(), recent.failed());
        assert_eq!((slow.len(), failed.len()), (KEPT, KEPT));
        assert_eq!(failed[0].elapsed, Duration::from_secs(119));
    }
}
