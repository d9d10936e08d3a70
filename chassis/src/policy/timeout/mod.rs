//! Limits of time: which one counts, and waiting no longer than it says.
//!
//! A call has a limit in all, each of its attempts has one, and its caller may have given a
//! deadline. The earliest counts. [`Limit`] knows which that is, so that an error can name it.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use crate::context::{Alarm, Env};

/// A moment by which something must be over, and whose limit that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    at: Instant,
    whose: Whose,
}

/// Whose limit a [`Limit`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The caller's deadline.
    Caller,
    /// One's own, this long.
    Own(Duration),
}

impl Limit {
    /// `limit` from `now` on, or the caller's deadline where that is earlier.
    pub fn new(now: Instant, limit: Duration, caller: Option<Instant>) -> Self {
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
    #[must_use]
    pub fn and(self, now: Instant, limit: Duration) -> Self {
        match after(now, limit) {
            at if at < self.at => Self {
                at,
                whose: Whose::Own(limit),
            },
            _ => self,
        }
    }

    /// When it is.
    pub fn at(self) -> Instant {
        self.at
    }

    /// Whose it is.
    pub fn whose(self) -> Whose {
        self.whose
    }

    /// Whether it has passed.
    pub fn is_over(self, now: Instant) -> bool {
        self.at <= now
    }
}

/// A caller's deadline that leaves less is the caller's haste, and says nothing of the callee.
pub(crate) const FAIR: Duration = Duration::from_secs(1);

/// `duration` after `now`; what overflows the clock is further off than any process lives.
pub fn after(now: Instant, duration: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
    now + duration.min(CENTURY)
}

/// The moment came before the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time is over")]
pub struct Elapsed;

/// What `future` gives, if it gives it before `at`.
///
/// Costs nothing when `future` is ready at once; else one alarm. Its result is [`Elapsed`] when the
/// moment came first.
pub fn within<F: Future>(env: &Env, at: Instant, future: F) -> Within<'_, F> {
    Within {
        future,
        alarm: Alarm::new(env, at),
    }
}

pin_project! {
    /// The future of [`within`]. By hand: an async function would hold what it waits for twice.
    #[must_use = "futures do nothing unless polled"]
    pub struct Within<'a, F> {
        #[pin]
        future: F,
        alarm: Alarm<&'a Env>,
    }
}

impl<F: Future> Future for Within<'_, F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.future.poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => this.alarm.poll_elapsed(cx).map(|()| Err(Elapsed)),
        }
    }
}
