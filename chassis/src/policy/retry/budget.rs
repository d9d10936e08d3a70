//! [`Budget`]: how many retries and hedges a dependency may see.

use std::time::{Duration, Instant};

use super::super::slots::Slots;
use crate::context::Moment;
use crate::policy::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;

/// The budget that the retries and hedges of one dependency share, after Finagle's: each call adds a
/// part of a retry, each retry takes one, and what is older than the time to live counts no more.
#[derive(Debug)]
pub struct Budget {
    slots: Slots,
    /// Held while one is taken, so that the last one is taken once. Calls add without it.
    settings: Mutex<BudgetSettings>,
}

/// How large a [`Budget`] is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetSettings {
    /// Retries as a share of the calls, from 0 (only the reserve) to 1. Default: 0.2.
    pub share: f64,
    /// Retries per second that are free, for dependencies that are seldom called. Default: 10.
    pub reserve: u32,
    /// How long a call counts, and how much of the reserve can be saved. Default: 10 s.
    pub ttl: Duration,
}

impl Default for BudgetSettings {
    fn default() -> Self {
        Self {
            share: 0.2,
            reserve: 10,
            ttl: Duration::from_secs(10),
        }
    }
}

/// Calls in the lower half of a slot's word, retries in the upper.
const BITS: u32 = Slots::BITS / 2;
const MOST: u64 = (1 << BITS) - 1;
/// Some two million a slot; what comes after is left out.
const ENOUGH: u64 = MOST - 1024;

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(settings: BudgetSettings, now: Instant) -> Self {
        Self {
            slots: Slots::new(Some(settings.ttl), now),
            settings: Mutex::new(settings),
        }
    }

    /// A call is made: its first attempt.
    #[inline]
    pub fn deposit(&self, now: impl Into<Moment>) {
        self.slots.add(now.into(), 1, |word| word & MOST < ENOUGH);
    }

    /// Takes one retry or hedge; `false` when there is none left, and none must be made.
    pub fn try_withdraw(&self, now: Instant) -> bool {
        let settings = self.settings();
        let may = self.left(&settings, now) >= 1.0;
        if may {
            self.slots
                .add(now.into(), 1 << BITS, |word| word >> BITS < ENOUGH);
        }
        may
    }

    /// How many retries there may be at `now`.
    pub fn balance(&self, now: Instant) -> f64 {
        self.left(&self.settings(), now)
    }

    /// Changes the settings. What was counted stays, as long as the time to live does.
    pub fn update(&self, settings: BudgetSettings) {
        let mut known = self.settings();
        self.slots.resize(Some(settings.ttl));
        *known = settings;
    }

    fn settings(&self) -> MutexGuard<'_, BudgetSettings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self, settings: &BudgetSettings, now: Instant) -> f64 {
        let count = |(calls, taken), word: u64| (calls + (word & MOST), taken + (word >> BITS));
        let (calls, taken) = self.slots.words(now).fold((0, 0), count);
        let reserve = f64::from(settings.reserve) * settings.ttl.as_secs_f64();
        reserve + calls as f64 * settings.share - taken as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Act {
        Wait(u64),
        Call,
        Retry,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            1 => (0..900_u64).prop_map(Act::Wait),
            4 => Just(Act::Call),
            4 => Just(Act::Retry),
        ]
    }

    proptest! {
        #[test]
        fn it_gives_what_a_model_that_remembers_everything_gives(
            share in 0.0..1.0_f64,
            reserve in 0..3_u32,
            acts in proptest::collection::vec(act(), 1..400),
        ) {
            let ttl = Duration::from_secs(2);
            let settings = BudgetSettings { share, reserve, ttl };
            let start = crate::context::Env::system().now();
            let budget = Budget::new(settings, start);
            let (mut now, mut calls, mut taken) = (0_u64, Vec::new(), Vec::new());
            for act in acts {
                let at = start + Duration::from_millis(now);
                match act {
                    Act::Wait(millis) => now += millis,
                    Act::Call => {
                        budget.deposit(at);
                        calls.push(now);
                    }
                    Act::Retry => {
                        let fresh = |list: &[u64]| {
                            list.iter().filter(|then| **then / 200 + 10 > now / 200).count() as f64
                        };
                        let left = f64::from(reserve * 2) + fresh(&calls) * share - fresh(&taken);
                        prop_assert_eq!(budget.try_withdraw(at), left >= 1.0);
                        if left >= 1.0 {
                            taken.push(now);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn threads_take_the_last_one_once() {
        let settings = BudgetSettings {
            share: 0.0,
            ..BudgetSettings::default()
        };
        let now = crate::context::Env::system().now();
        let budget = Budget::new(settings, now);
        let taken: usize = std::thread::scope(|scope| {
            let take = || (0..100).filter(|_| budget.try_withdraw(now)).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(taken, 100);
    }
}
