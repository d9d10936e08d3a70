//! [`Env::system`]: the clock of the machine, randomness seeded by the operating system.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::time::{Instant, SystemTime};

use super::driver::Driven;
use super::random::Generator;
use super::{Clock, Env, Random};

impl Env {
    /// The environment of production. Its sweeper's thread starts with the first alarm and ends
    /// with the last clone.
    pub fn system() -> Self {
        Self::new(SystemClock, SystemRandom, Driven::new(SystemClock))
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where time comes from"
    )]
    fn now(&self) -> Instant {
        Instant::now()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where time comes from"
    )]
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

#[derive(Debug, Clone, Copy)]
struct SystemRandom;

thread_local! {
    // One a thread: neither a lock nor a shared line of memory.
    static GENERATOR: Cell<Option<Generator>> = const { Cell::new(None) };
}

impl Random for SystemRandom {
    fn next_u64(&self) -> u64 {
        GENERATOR.with(|cell| {
            let mut generator = cell.get().unwrap_or_else(from_system);
            let bits = generator.next();
            cell.set(Some(generator));
            bits
        })
    }
}

/// The standard library seeds its hash maps from the operating system; so do we, by hashing with
/// such a key.
fn from_system() -> Generator {
    let keys = RandomState::new();
    Generator::new([keys.hash_one(0_u64), keys.hash_one(1_u64)])
}
