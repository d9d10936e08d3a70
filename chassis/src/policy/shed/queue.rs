//! [`Queue`]: who waits at a gate, and who of them is next.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::Urgency;

/// Those who wait, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiters: Vec<Waiter>,
    /// Since when there is always somebody.
    since: Option<Instant>,
}

/// One who waits. What became of it is written only under the queue's lock.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) urgency: Urgency,
    pub(super) state: Arc<AtomicU8>,
    pub(super) waker: Option<Waker>,
}

pub(super) const WAITS: u8 = 0;
pub(super) const GRANTED: u8 = 1;
pub(super) const REFUSED: u8 = 2;

/// A queue that hasn't been empty for so long is no burst.
const BURST: Duration = Duration::from_millis(100);

impl Queue {
    /// Whether more come than are served, so that the last is served first.
    pub(super) fn is_pressed(&self, now: Instant) -> bool {
        self.since
            .is_some_and(|since| now.saturating_duration_since(since) > BURST)
    }

    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    /// Takes one more. In a full queue the oldest of the least urgent gives way, if it is less urgent
    /// than the new one; else the new one isn't taken. Under pressure it also gives way to its like: who has
    /// waited longest has the least left of what his caller waits.
    pub(super) fn push(&mut self, waiter: Waiter, most: usize, now: Instant) -> bool {
        if self.waiters.len() >= most && !self.evict(waiter.urgency, self.is_pressed(now)) {
            return false;
        }
        if self.waiters.is_empty() {
            self.since = Some(now);
        }
        self.waiters.push(waiter);
        true
    }

    fn evict(&mut self, urgency: Urgency, its_like: bool) -> bool {
        let least = self.waiters.iter().map(|waiter| waiter.urgency).max();
        let gives_way = |least: &Urgency| *least > urgency || (its_like && *least == urgency);
        let Some(least) = least.filter(gives_way) else {
            return false;
        };
        let at = self
            .waiters
            .iter()
            .position(|waiter| waiter.urgency == least);
        if let Some(at) = at {
            self.settle(at, REFUSED);
        }
        at.is_some()
    }

    /// Lets the next one in; false when nobody waits.
    pub(super) fn grant(&mut self, now: Instant) -> bool {
        let Some(most) = self.waiters.iter().map(|waiter| waiter.urgency).min() else {
            return false;
        };
        let is_next = |waiter: &Waiter| waiter.urgency == most;
        let next = match self.is_pressed(now) {
            true => self.waiters.iter().rposition(is_next),
            false => self.waiters.iter().position(is_next),
        };
        next.inspect(|at| self.settle(*at, GRANTED)).is_some()
    }

    fn settle(&mut self, at: usize, state: u8) {
        let waiter = self.waiters.remove(at);
        waiter.state.store(state, Relaxed);
        if let Some(waker) = waiter.waker {
            waker.wake();
        }
        self.rest();
    }

    /// Forgets one that gave up; what became of it before that.
    pub(super) fn leave(&mut self, state: &Arc<AtomicU8>) -> u8 {
        self.waiters
            .retain(|waiter| !Arc::ptr_eq(&waiter.state, state));
        self.rest();
        state.load(Relaxed)
    }

    /// Has another waker be woken.
    pub(super) fn wake_by(&mut self, state: &Arc<AtomicU8>, waker: &Waker) {
        let own = |waiter: &&mut Waiter| Arc::ptr_eq(&waiter.state, state);
        if let Some(waiter) = self.waiters.iter_mut().find(own) {
            match &mut waiter.waker {
                Some(known) => known.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
    }

    fn rest(&mut self) {
        if self.waiters.is_empty() {
            self.since = None;
        }
    }
}
