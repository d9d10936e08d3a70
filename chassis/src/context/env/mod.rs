//! [`Env`]: the clock, the randomness and the timer of a system.
//!
//! Production takes [`Env::system`]; tests take one whose time a test holds and whose randomness
//! replays from a seed: `Env::seeded`, feature `testing`.

mod alarm;
mod driver;
mod ids;
mod moment;
// What `service` brings: listening and connecting.
#[cfg(feature = "service")]
mod network;
mod random;
mod sweeper;
mod system;

// Time of the tokio clock, which a test may pause; randomness from a seed.
#[cfg(any(test, feature = "testing"))]
mod seeded;

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

pub use alarm::{Alarm, Sleep};
pub use ids::Ids;
pub use moment::Moment;
#[cfg(feature = "service")]
pub use network::{Accept, Duplex, Listener, Network, Opening, Stream};
pub use sweeper::{Sweeper, TimerKey};

/// A source of time.
pub trait Clock: Send + Sync + 'static {
    /// Monotonic time: for durations and deadlines.
    fn now(&self) -> Instant;
    /// Wall-clock time: for people and other machines.
    fn wall(&self) -> SystemTime;
}

/// A source of randomness: for ids and choices, not for secrets.
pub trait Random: Send + Sync + 'static {
    /// 64 bits, uniformly distributed.
    fn next_u64(&self) -> u64;
}

/// Wakes tasks at given times. One sweeper serves all of them (at most 2 ms late), so that arming
/// costs a store, not a timer of the runtime.
pub trait Timer: Send + Sync + 'static {
    /// Wakes `waker` at `at`, once. The key is for the other methods; it is never given twice.
    fn arm(&self, at: Instant, waker: &Waker) -> TimerKey;
    /// Has an alarm wake `waker` instead, and gives whether it is still armed.
    fn refresh(&self, key: TimerKey, waker: &Waker) -> bool;
    /// Forgets an alarm, fired or not.
    fn disarm(&self, key: TimerKey);
}

/// Everything that a system takes from its surroundings. A cheap clone.
#[derive(Clone)]
pub struct Env(Arc<Parts>);

struct Parts {
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    timer: Box<dyn Timer>,
    /// None: the machine's own.
    #[cfg(feature = "service")]
    network: Option<Box<dyn Network>>,
}

impl Env {
    /// An environment of the given parts, on the machine's own network.
    pub fn new(clock: impl Clock, random: impl Random, timer: impl Timer) -> Self {
        Self(Arc::new(Parts {
            clock: Box::new(clock),
            random: Box::new(random),
            timer: Box::new(timer),
            #[cfg(feature = "service")]
            network: None,
        }))
    }

    /// Monotonic time.
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Wall-clock time.
    pub fn wall(&self) -> SystemTime {
        self.0.clock.wall()
    }

    /// 64 random bits: for ids and choices, not for secrets.
    pub fn random(&self) -> u64 {
        self.0.random.next_u64()
    }

    /// The timer.
    pub fn timer(&self) -> &dyn Timer {
        &*self.0.timer
    }

    /// Done when `duration` has passed.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        // What overflows the clock is further off than any process lives.
        let now = self.now();
        let century = Duration::from_secs(100 * 365 * 86_400);
        self.sleep_until(now + duration.min(century))
    }

    /// Done at `at`.
    pub fn sleep_until(&self, at: Instant) -> Sleep {
        Sleep::new(Alarm::new(self.clone(), at))
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}
