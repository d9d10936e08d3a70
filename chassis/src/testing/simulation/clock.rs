//! A host's wall clock, which may be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::context::{Clock, Env};

/// turmoil's own beginning, which nobody asks for: hosts begin at 2000-01-01T00:00:00Z, as
/// [`Env::seeded`] does.
pub(super) const EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// By how many seconds a host's wall clock is wrong. A cheap clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Skew(Arc<AtomicI64>);

impl Skew {
    pub(super) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// The environment `env`, whose wall clock is wrong by this, and which was at `age` when the
    /// simulation had run for that long.
    pub(super) fn on(&self, env: Env, age: Duration) -> Env {
        let clock = Skewed {
            env: env.clone(),
            age,
            skew: self.clone(),
        };
        Env::new(clock, env.clone(), env)
    }
}

struct Skewed {
    env: Env,
    age: Duration,
    skew: Skew,
}

impl Clock for Skewed {
    fn now(&self) -> Instant {
        self.env.now()
    }

    fn wall(&self) -> SystemTime {
        let wall = self.env.wall() + self.age;
        let seconds = self.skew.0.load(Ordering::Relaxed);
        let by = Duration::from_secs(seconds.unsigned_abs());
        let wrong = match seconds < 0 {
            true => wall.checked_sub(by),
            false => wall.checked_add(by),
        };
        wrong.unwrap_or(wall)
    }
}
