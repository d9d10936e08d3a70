mod layer;
mod model;
mod states;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::Outcome;
use super::{Breaker, BreakerSettings, Transition};
use crate::context::Env;

/// A breaker and a clock that only the test moves.
struct Bench {
    breaker: Breaker,
    now: Instant,
    told: Arc<Mutex<Vec<Transition>>>,
}

impl Bench {
    fn new(settings: BreakerSettings) -> Self {
        // A clock that stands: the model's slots begin with the breaker's, to the nanosecond.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async { Self::at_a_standing_clock(settings) })
    }

    fn at_a_standing_clock(settings: BreakerSettings) -> Self {
        let env = Env::seeded(7);
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let listener = move |transition: &Transition| heard.lock().unwrap().push(*transition);
        let now = env.now();
        let breaker = Breaker::with_listener(env, settings, listener).unwrap();
        Self { breaker, now, told }
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// One call that takes no time; `false` when it was refused.
    fn call(&self, outcome: Outcome) -> bool {
        let permit = self.breaker.try_acquire(self.now);
        permit.map(|permit| permit.done(self.now, outcome)).is_ok()
    }

    fn calls(&self, count: usize, outcome: Outcome) {
        (0..count).for_each(|_| assert!(self.call(outcome)));
    }
}
