//! Any sequence of calls leaves the breaker where a model that remembers every call would be.

use proptest::prelude::*;

use super::super::{SlidingWindow, State};
use super::*;

/// What a test may do next.
#[derive(Debug, Clone)]
enum Act {
    Wait(u64),
    Begin,
    /// Ends the oldest call that is under way.
    End(Outcome),
}

/// The same rules, written down without any thought of cost.
struct Model {
    settings: BreakerSettings,
    state: State,
    /// Each counted call: when it ended, whether it failed, whether it was slow.
    calls: Vec<(Duration, bool, bool)>,
    generation: u32,
    under_way: Vec<(Duration, u32)>,
    half_open_until: Duration,
}

impl Model {
    fn window(&self, now: Duration) -> Vec<(Duration, bool, bool)> {
        match self.settings.window {
            SlidingWindow::Calls(count) => {
                let from = self.calls.len().saturating_sub(count as usize);
                self.calls[from..].to_vec()
            }
            SlidingWindow::Time(length) => {
                let slot = length.as_nanos() / 10;
                let turn = |at: Duration| at.as_nanos() / slot;
                let is_in = |at: Duration| turn(at) + 10 > turn(now);
                self.calls
                    .iter()
                    .filter(|call| is_in(call.0))
                    .copied()
                    .collect()
            }
        }
    }

    fn is_bad(&self, calls: &[(Duration, bool, bool)], of: usize) -> bool {
        let share = |count: usize| count as f64 / of as f64;
        let failed = calls.iter().filter(|call| call.1).count();
        let slow = calls.iter().filter(|call| call.2).count();
        (failed > 0 && share(failed) >= self.settings.failure_rate)
            || (slow > 0 && share(slow) >= self.settings.slow_rate)
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.calls.clear();
        self.generation += 1;
    }

    /// `opens_at`: when the breaker itself says that it may be tried.
    fn begin(&mut self, now: Duration, may_try: bool) -> bool {
        if self.state == State::HalfOpen && now >= self.half_open_until {
            let good = !self.calls.is_empty() && !self.is_bad(&self.calls, self.calls.len());
            self.enter(if good { State::Closed } else { State::Open });
        }
        if self.state == State::Open && may_try {
            self.enter(State::HalfOpen);
            self.half_open_until = now + self.settings.trials_within;
        }
        let present = |call: &&(Duration, u32)| call.1 == self.generation;
        let taken = self.calls.len() + self.under_way.iter().filter(present).count();
        let passes = match self.state {
            State::Closed => true,
            State::HalfOpen => taken < self.settings.trials as usize,
            _ => false,
        };
        if passes {
            self.under_way.push((now, self.generation));
        }
        passes
    }

    fn end(&mut self, now: Duration, outcome: Outcome) {
        let (began, generation) = self.under_way.remove(0);
        let slow = now - began >= self.settings.slow_after;
        if generation != self.generation || (outcome == Outcome::Ignored && !slow) {
            return;
        }
        self.calls.push((now, outcome == Outcome::Failure, slow));
        if self.state == State::HalfOpen {
            let trials = self.settings.trials as usize;
            if self.is_bad(&self.calls, trials) {
                self.enter(State::Open);
            } else if self.calls.len() >= trials {
                self.enter(State::Closed);
            }
            return;
        }
        let calls = self.window(now);
        if calls.len() >= self.settings.minimum_calls as usize && self.is_bad(&calls, calls.len()) {
            self.enter(State::Open);
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    let outcome = prop_oneof![
        3 => Just(Outcome::Failure),
        3 => Just(Outcome::Success),
        1 => Just(Outcome::Ignored)
    ];
    prop_oneof![
        2 => (0..1500_u64).prop_map(Act::Wait),
        5 => Just(Act::Begin),
        5 => outcome.prop_map(Act::End),
    ]
}

fn settings() -> impl Strategy<Value = BreakerSettings> {
    let window = prop_oneof![
        (5..20_u32).prop_map(SlidingWindow::Calls),
        (1000..8000_u64).prop_map(|millis| SlidingWindow::Time(Duration::from_millis(millis))),
    ];
    (window, 1..5_u32, 0.2..1.0_f64, 0.2..1.0_f64, 1..5_u32).prop_map(
        |(window, minimum_calls, failure_rate, slow_rate, trials)| BreakerSettings {
            window,
            minimum_calls,
            failure_rate,
            slow_rate,
            trials,
            slow_after: Duration::from_millis(2000),
            open_for: Duration::from_millis(1000),
            open_at_most: Duration::from_millis(4000),
            trials_within: Duration::from_millis(3000),
        },
    )
}

proptest! {
    #[test]
    fn it_does_what_the_model_does(
        settings in settings(),
        acts in proptest::collection::vec(act(), 1..300),
    ) {
        let mut bench = Bench::new(settings);
        let start = bench.now;
        let mut model = Model {
            settings,
            state: State::Closed,
            calls: Vec::new(),
            generation: 0,
            under_way: Vec::new(),
            half_open_until: Duration::ZERO,
        };
        let mut permits = std::collections::VecDeque::new();
        for act in acts {
            let now = bench.now - start;
            match act {
                Act::Wait(millis) => bench.wait(Duration::from_millis(millis)),
                Act::Begin => {
                    let permit = bench.breaker.try_acquire_owned(bench.now);
                    // How long it stays open is chance; that it opens then is not.
                    let may_try = bench.breaker.state() != State::Open;
                    prop_assert_eq!(permit.is_ok(), model.begin(now, may_try));
                    permits.extend(permit);
                }
                Act::End(outcome) => {
                    if let Some(permit) = permits.pop_front() {
                        permit.done(bench.now, outcome);
                        model.end(now, outcome);
                    }
                }
            }
            prop_assert_eq!(bench.breaker.state(), model.state);
        }
    }
}
