//! [`Env::seeded`]: time of the tokio clock, which a test may pause, and randomness that replays.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time;

use super::random::mix;
use super::{Clock, Env, Random, Sweeper, Timer, TimerKey};

impl Env {
    /// An environment for tests inside a tokio runtime: monotonic time is tokio's, so that
    /// `tokio::time::pause` holds it; the wall clock starts at 2000-01-01T00:00:00Z; the same
    /// `seed` gives the same random numbers in the same order.
    pub fn seeded(seed: u64) -> Self {
        let clock = PausedClock {
            started: time::Instant::now(),
        };
        let random = SeededRandom(AtomicU64::new(mix(seed)));
        Self::new(clock, random, TaskTimer::new())
    }
}

struct PausedClock {
    started: time::Instant,
}

impl PausedClock {
    /// 2000-01-01T00:00:00Z.
    const EPOCH: Duration = Duration::from_secs(946_684_800);
}

impl Clock for PausedClock {
    fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::EPOCH + self.started.elapsed()
    }
}

/// SplitMix64: one atomic step, so that threads share one sequence.
struct SeededRandom(AtomicU64);

impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        mix(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
    }
}

/// A sweeper that is driven by a task under tokio's clock.
struct TaskTimer {
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    sweeper: Sweeper,
    changed: Notify,
}

impl TaskTimer {
    fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                sweeper: Sweeper::new(time::Instant::now().into_std()),
                changed: Notify::new(),
            }),
            task: Mutex::new(None),
        }
    }

    /// Starts the task, also again when an earlier runtime took it along.
    fn start(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            let shared = Arc::clone(&self.shared);
            *task = tokio::runtime::Handle::try_current()
                .ok()
                .map(|runtime| runtime.spawn(async move { shared.run().await }));
        }
    }
}

impl Timer for TaskTimer {
    fn arm(&self, at: Instant, waker: &Waker) -> TimerKey {
        let key = self.shared.sweeper.arm(at, waker);
        self.start();
        self.shared.changed.notify_one();
        key
    }

    fn refresh(&self, key: TimerKey, waker: &Waker) -> bool {
        self.shared.sweeper.refresh(key, waker)
    }

    fn disarm(&self, key: TimerKey) {
        self.shared.sweeper.disarm(key);
        self.shared.changed.notify_one();
    }
}

impl Drop for TaskTimer {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

impl Shared {
    async fn run(&self) {
        loop {
            let next = self.sweeper.sweep(time::Instant::now().into_std());
            let changed = self.changed.notified();
            match next {
                None => changed.await,
                Some(at) => {
                    let _ = time::timeout_at(at.into(), changed).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
