//! [`Alarm`]: one armed timer that is forgotten when it is dropped; [`Sleep`], a future of it.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::{Env, TimerKey};

/// Wakes the task that polls it, at a given time. Arms only when it is polled, and is forgotten
/// when it is dropped.
///
/// It takes an [`Env`] or a reference to one.
pub struct Alarm<E: Borrow<Env> = Env> {
    env: E,
    at: Instant,
    key: Option<TimerKey>,
}

impl<E: Borrow<Env>> Alarm<E> {
    /// An alarm for `at`, not armed yet.
    pub fn new(env: E, at: Instant) -> Self {
        Self { env, at, key: None }
    }

    /// When it rings.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// Ready when the time has come; else the task is woken then.
    pub fn poll_elapsed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let env = self.env.borrow();
        if env.now() >= self.at {
            return Poll::Ready(());
        }
        let timer = env.timer();
        if !self.key.is_some_and(|key| timer.refresh(key, cx.waker())) {
            self.key = Some(timer.arm(self.at, cx.waker()));
        }
        Poll::Pending
    }
}

impl<E: Borrow<Env>> Drop for Alarm<E> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.env.borrow().timer().disarm(key);
        }
    }
}

impl<E: Borrow<Env>> fmt::Debug for Alarm<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm")
            .field("at", &self.at)
            .field("armed", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// Done at a given time; see [`Env::sleep`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Sleep(Alarm);

impl Sleep {
    pub(super) fn new(alarm: Alarm) -> Self {
        Self(alarm)
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_elapsed(cx)
    }
}
