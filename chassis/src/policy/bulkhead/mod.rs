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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::Semaphore;

pub use self::layer::{BulkheadLayer, BulkheadService};
use crate::context::{Alarm, Env};

/// A bound on calls at once. A cheap clone; all clones are one bulkhead.
#[derive(Debug, Clone)]
pub struct Bulkhead(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    env: Env,
    free: Semaphore,
    waiting: AtomicUsize,
    max_waiting: AtomicUsize,
    /// Places that are to go as soon as they are free: the bulkhead has become smaller.
    surplus: AtomicUsize,
    /// How many calls it lets in; held while that changes.
    max_calls: Mutex<usize>,
}

/// How many calls a [`Bulkhead`] lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkheadSettings {
    /// How many calls may be made at once; at least one is. Default: 1,024, as Envoy's.
    pub max_calls: usize,
    /// How many more may wait. Default: 256: what waits behind more will be too late anyway.
    pub max_waiting: usize,
}

impl Default for BulkheadSettings {
    fn default() -> Self {
        Self {
            max_calls: 1024,
            max_waiting: 256,
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
pub struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        if self.0.surplus.load(Ordering::Relaxed) == 0 || !self.0.give_up() {
            self.0.free.add_permits(1);
        }
    }
}

impl Bulkhead {
    /// An empty one.
    pub fn new(env: Env, settings: BulkheadSettings) -> Self {
        let max_calls = clamp(settings.max_calls);
        Self(Arc::new(Shared {
            free: Semaphore::new(max_calls),
            waiting: AtomicUsize::new(0),
            max_waiting: AtomicUsize::new(settings.max_waiting),
            surplus: AtomicUsize::new(0),
            max_calls: Mutex::new(max_calls),
            env,
        }))
    }

    /// Makes it larger or smaller. Nobody in it is put out: a smaller one lets nobody in until
    /// enough have left.
    pub fn update(&self, settings: BulkheadSettings) {
        let shared = &*self.0;
        shared
            .max_waiting
            .store(settings.max_waiting, Ordering::Relaxed);
        let mut max_calls = shared.max_calls();
        let (old, new) = (*max_calls, clamp(settings.max_calls));
        *max_calls = new;
        // Places on their way out stay instead, before new ones are made.
        let mut more = new.saturating_sub(old);
        while more > 0 && shared.give_up() {
            more -= 1;
        }
        shared.free.add_permits(more);
        let fewer = old.saturating_sub(new);
        let gone = shared.free.forget_permits(fewer);
        shared.surplus.fetch_add(fewer - gone, Ordering::Relaxed);
    }

    /// A place at once, or none.
    #[inline]
    pub fn try_enter(&self) -> Option<Place> {
        self.0.free.try_acquire().ok()?.forget();
        Some(Place(Arc::clone(&self.0)))
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
        let mut acquired = pin!(self.0.free.acquire());
        let mut alarm = deadline.map(|at| Alarm::new(&self.0.env, at));
        poll_fn(|cx| {
            if let Poll::Ready(permit) = acquired.as_mut().poll(cx) {
                // The semaphore is never closed.
                let permit = permit.map_err(|_| Full::Waiting)?;
                permit.forget();
                return Poll::Ready(Ok(Place(Arc::clone(&self.0))));
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
        let shared = &*self.0;
        let all = *shared.max_calls() + shared.surplus.load(Ordering::Relaxed);
        let calls = all.saturating_sub(shared.free.available_permits());
        (calls, shared.waiting.load(Ordering::Relaxed))
    }
}

fn clamp(max_calls: usize) -> usize {
    max_calls.clamp(1, Semaphore::MAX_PERMITS)
}

impl Shared {
    fn max_calls(&self) -> MutexGuard<'_, usize> {
        self.max_calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one place away for good, if one is too many.
    #[cold]
    fn give_up(&self) -> bool {
        let one = |surplus: usize| surplus.checked_sub(1);
        let taken = self
            .surplus
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one);
        taken.is_ok()
    }
}

/// A turn in the queue.
struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    fn take(shared: &'a Shared) -> Result<Self, Full> {
        let turn = Self(&shared.waiting);
        // Taken before it is looked at, so that two cannot both be the last; dropped if too many.
        match shared.waiting.fetch_add(1, Ordering::Relaxed) {
            before if before < shared.max_waiting.load(Ordering::Relaxed) => Ok(turn),
            _ => Err(Full::Waiting),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
