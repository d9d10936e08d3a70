//! [`Driven`]: the sweeper with its thread, `chassis-sweeper`.
//!
//! # Why no alarm is missed
//!
//! The thread says in `sleeps_until` until when it sleeps, and who arms an earlier alarm unparks
//! it. The race is between an alarm armed while the thread goes to sleep and that word:
//!
//! 1. the thread sweeps all shards, stores `sleeps_until`, then looks at each shard once more;
//! 2. arming stores the alarm in its shard, then reads `sleeps_until`.
//!
//! Both touch the shard under its lock. If arming had it before the thread's last look, that look
//! sees the alarm and the thread doesn't sleep past it. If after, then the lock orders the
//! thread's store before the arming thread's read, which unparks; and an unpark that comes before
//! the park makes the park return at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::{Clock, Sweeper, Timer, TimerKey};

/// The thread sleeps at least so long, so that many alarms close together cost one sweep.
const QUANTUM: Duration = Duration::from_millis(1);

/// A sweeper that is driven by its own thread, which starts with the first alarm.
pub(super) struct Driven<C> {
    shared: Arc<Shared<C>>,
    thread: OnceLock<Thread>,
    starting: Mutex<()>,
}

struct Shared<C> {
    clock: C,
    sweeper: Sweeper,
    /// Nanoseconds since the epoch; 0 while awake, `u64::MAX` while nothing is armed.
    sleeps_until: AtomicU64,
    stopped: AtomicBool,
}

impl<C: Clock> Driven<C> {
    pub(super) fn new(clock: C) -> Self {
        Self {
            shared: Arc::new(Shared {
                sweeper: Sweeper::new(clock.now()),
                clock,
                sleeps_until: AtomicU64::new(0),
                stopped: AtomicBool::new(false),
            }),
            thread: OnceLock::new(),
            starting: Mutex::new(()),
        }
    }

    /// Where the system has no thread left, the next alarm tries again.
    #[cold]
    fn start(&self) {
        let _starting = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.thread.get().is_some() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let name = "chassis-sweeper".to_owned();
        if let Ok(handle) = thread::Builder::new()
            .name(name)
            .spawn(move || shared.run())
        {
            let _ = self.thread.set(handle.thread().clone());
        }
    }
}

impl<C: Clock> Timer for Driven<C> {
    fn arm(&self, at: Instant, waker: &Waker) -> TimerKey {
        let at = self.shared.sweeper.nanos(at);
        let key = self.shared.sweeper.arm_nanos(at, waker);
        match self.thread.get() {
            None => self.start(),
            Some(thread) if self.shared.oversleeps(at) => thread.unpark(),
            Some(_) => {}
        }
        key
    }

    fn refresh(&self, key: TimerKey, waker: &Waker) -> bool {
        self.shared.sweeper.refresh(key, waker)
    }

    fn disarm(&self, key: TimerKey) {
        self.shared.sweeper.disarm(key);
    }
}

impl<C> Drop for Driven<C> {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

impl<C: Clock> Shared<C> {
    /// Whether the thread sleeps longer than an alarm at `at` can wait.
    fn oversleeps(&self, at: u64) -> bool {
        const QUANTUM_NANOS: u64 = QUANTUM.as_nanos() as u64;
        at.saturating_add(QUANTUM_NANOS) < self.sleeps_until.load(Ordering::Relaxed)
    }

    fn run(&self) {
        while !self.stopped.load(Ordering::Acquire) {
            self.sleeps_until.store(0, Ordering::Relaxed);
            let now = self.clock.now();
            let until = self.sweeper.sweep(now).map(|next| next.max(now + QUANTUM));
            let nanos = until.map_or(u64::MAX, |until| self.sweeper.nanos(until));
            self.sleeps_until.store(nanos, Ordering::Relaxed);
            if self
                .sweeper
                .next()
                .is_some_and(|next| self.oversleeps(self.sweeper.nanos(next)))
            {
                continue;
            }
            match until {
                None => thread::park(),
                Some(until) => {
                    let left = until.saturating_duration_since(self.clock.now());
                    thread::park_timeout(left);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
