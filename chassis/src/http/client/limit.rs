//! Limits of time: which one counts, and waiting no longer than it says.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::CallError;
use crate::context::{Alarm, Env};

/// A moment by which something must be over, and whose limit that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) at: Instant,
    whose: Whose,
}

#[derive(Debug, Clone, Copy)]
enum Whose {
    /// The caller's deadline.
    Caller,
    /// The client's own limit, this long.
    Own(Duration),
}

impl Limit {
    /// `limit` from `now` on, or the caller's deadline where that is earlier.
    pub(super) fn new(now: Instant, limit: Duration, caller: Option<Instant>) -> Self {
        let own = Self {
            at: after(now, limit),
            whose: Whose::Own(limit),
        };
        match caller {
            Some(at) if at < own.at => Self {
                at,
                whose: Whose::Caller,
            },
            _ => own,
        }
    }

    /// `limit` from `now` on, or this one where that is earlier.
    pub(super) fn and(self, now: Instant, limit: Duration) -> Self {
        match after(now, limit) {
            at if at < self.at => Self {
                at,
                whose: Whose::Own(limit),
            },
            _ => self,
        }
    }

    /// The error of a call that passed it.
    pub(super) fn error(self, service: &str, stage: &'static str) -> CallError {
        let service = service.to_owned();
        match self.whose {
            Whose::Caller => CallError::Deadline { service, stage },
            Whose::Own(limit) => CallError::Timeout { service, limit },
        }
    }
}

/// `duration` after `now`; what overflows the clock is further off than any process lives.
pub(super) fn after(now: Instant, duration: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    now + duration.min(CENTURY)
}

/// The moment came before the work was done.
#[derive(Debug)]
pub(super) struct Elapsed;

/// What `future` gives, if it gives it before `at`.
///
/// Costs nothing when `future` is ready at once; else one alarm.
pub(super) async fn within<F: Future>(
    env: &Env,
    at: Instant,
    future: F,
) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    let mut alarm = Alarm::new(env, at);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => alarm.poll_elapsed(cx).map(|()| Err(Elapsed)),
    })
    .await
}
