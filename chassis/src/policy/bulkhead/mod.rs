//! Bulkhead: so many calls at once, so many waiting, no more.
//!
//! A dependency that hangs must not take every task and connection of its caller with it. A
//! [`Bulkhead`] lets a bounded number of calls into it; a bounded number waits in the order in which
//! they came, none beyond its deadline; the others are refused with [`Full`] at once.

mod layer;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::layer::{BulkheadLayer, BulkheadService};
use crate::context::{Alarm, Env};

/// A bound on calls at once. A cheap clone; all clones are one bulkhead.
#[derive(Debug, Clone)]
pub struct Bulkhead(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: BulkheadSettings,
    env: Env,
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// How many calls a [`Bulkhead`] lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkheadSettings {
    /// How many calls may be made at once; at least one is. Default: 256.
    pub max_calls: usize,
    /// How many more may wait. Default: 64: what waits behind more will be too late anyway.
    pub max_waiting: usize,
}

impl Default for BulkheadSettings {
    fn default() -> Self {
        Self {
            max_calls: 256,
            max_waiting: 64,
        }
    }
}

/// A call was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// As many wait as may.
    Waiting,
    /// It waited until its deadline.
    Deadline,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "the bulkhead is full, and so is its queue",
            Self::Deadline => "the deadline passed in the bulkhead's queue",
        })
    }
}

impl std::error::Error for Full {}

/// One call that was let in. Its place is free again when this is dropped.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Bulkhead {
    /// An empty one.
    pub fn new(env: Env, settings: BulkheadSettings) -> Self {
        let max_calls = settings.max_calls.clamp(1, Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            free: Arc::new(Semaphore::new(max_calls)),
            waiting: AtomicUsize::new(0),
            settings,
            env,
        }))
    }

    /// A place at once, or none.
    pub fn try_enter(&self) -> Option<Place> {
        let permit = Arc::clone(&self.0.free).try_acquire_owned().ok()?;
        Some(Place { _permit: permit })
    }

    /// A place, at `deadline` at the latest. Who drops the future gives up its turn.
    ///
    /// # Errors
    ///
    /// [`Full`] when there is no place, and none to wait.
    pub async fn enter(&self, deadline: Option<Instant>) -> Result<Place, Full> {
        if let Some(place) = self.try_enter() {
            return Ok(place);
        }
        let _turn = Turn::take(&self.0)?;
        let mut acquired = pin!(Arc::clone(&self.0.free).acquire_owned());
        let mut alarm = deadline.map(|at| Alarm::new(&self.0.env, at));
        poll_fn(|cx| {
            if let Poll::Ready(permit) = acquired.as_mut().poll(cx) {
                // The semaphore is never closed.
                let place = permit.map(|permit| Place { _permit: permit });
                return Poll::Ready(place.map_err(|_| Full::Waiting));
            }
            match &mut alarm {
                Some(alarm) => alarm.poll_elapsed(cx).map(|()| Err(Full::Deadline)),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// How many calls are in it, and how many wait.
    pub fn taken(&self) -> (usize, usize) {
        let free = self.0.free.available_permits();
        let calls = self.0.settings.max_calls.max(1).saturating_sub(free);
        (calls, self.0.waiting.load(Ordering::Relaxed))
    }
}

/// A turn in the queue.
struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    fn take(shared: &'a Shared) -> Result<Self, Full> {
        let turn = Self(&shared.waiting);
        // Taken before it is looked at, so that two cannot both be the last; dropped if too many.
        match shared.waiting.fetch_add(1, Ordering::Relaxed) {
            before if before < shared.settings.max_waiting => Ok(turn),
            _ => Err(Full::Waiting),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
