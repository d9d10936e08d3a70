//! What is lock-free, under schedules of threads that chance finds: each test runs a few calls thousands
//! of times, with another order of every access to what they share. `cargo xtask test --only schedules`
//! runs them; a failure prints the schedule, by which `shuttle::replay` repeats it.

use std::time::{Duration, Instant};

use shuttle::sync::Arc;
use shuttle::thread;

use super::Outcome;
use super::balance::{Load, LoadSettings};
use super::breaker::{Breaker, BreakerSettings, SlidingWindow, State};
use super::ejection::{Change, EjectionSettings, Group, Member, Standing};
use super::limit::{AdaptiveLimit, LimitSettings};
use super::rate_limit::{Rate, RateLimit};
use super::retry::{Budget, BudgetSettings};
use crate::context::Env;

/// How many schedules each test goes through, of either kind.
const SCHEDULES: usize = 2_000;
/// How many changes of threads are put where they hurt (Burckhardt and others, "A Randomized Scheduler
/// with Probabilistic Guarantees of Finding Bugs", 2010).
const DEPTH: usize = 3;
const SECOND: Duration = Duration::from_secs(1);

fn in_any_order(test: fn()) {
    shuttle::check_random(test, SCHEDULES);
    shuttle::check_pct(test, SCHEDULES, DEPTH);
}

/// Runs `act` in so many threads at once, each with its number, and gives what came of it.
fn at_once<T: Send + 'static>(
    threads: u32,
    act: impl Fn(u32) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let act = Arc::new(act);
    let threads: Vec<_> = (0..threads)
        .map(|number| {
            let act = Arc::clone(&act);
            thread::spawn(move || act(number))
        })
        .collect();
    let all = threads.into_iter().map(|thread| thread.join().unwrap());
    all.collect()
}

fn begin() -> (Env, Instant) {
    let env = Env::seeded(1);
    let now = env.now();
    (env, now)
}

#[test]
fn a_budget_gives_what_there_is_and_no_more() {
    in_any_order(|| {
        let (_, now) = begin();
        let settings = BudgetSettings {
            share: 0.5,
            reserve: 0,
            ttl: SECOND,
        };
        let budget = Arc::new(Budget::new(settings, now));
        let shared = Arc::clone(&budget);
        let taken = at_once(3, move |_| {
            shared.deposit(now);
            shared.deposit(now);
            u32::from(shared.try_withdraw(now)) + u32::from(shared.try_withdraw(now))
        });
        let taken: u32 = taken.iter().sum();
        assert!((1..=3).contains(&taken), "{taken}");
        assert_eq!(budget.balance(now), 3.0 - f64::from(taken));
    });
}

#[test]
fn a_rate_limit_grants_its_burst_and_no_more() {
    in_any_order(|| {
        let (_, now) = begin();
        let limit = RateLimit::new(Rate::new(3, SECOND), now).unwrap();
        let granted = at_once(3, move |_| {
            u32::from(limit.check(now).is_ok()) + u32::from(limit.check(now).is_ok())
        });
        assert_eq!(granted.iter().sum::<u32>(), 3);
    });
}

fn breaker() -> BreakerSettings {
    BreakerSettings {
        window: SlidingWindow::Time(SECOND),
        minimum_calls: 4,
        failure_rate: 1.0,
        trials: 2,
        open_for: SECOND,
        ..BreakerSettings::default()
    }
}

#[test]
fn the_failure_that_is_one_too_many_opens_the_breaker_whoever_makes_it() {
    in_any_order(|| {
        let (env, now) = begin();
        let breaker = Breaker::new(env, breaker()).unwrap();
        let shared = breaker.clone();
        at_once(4, move |_| {
            if let Ok(permit) = shared.try_acquire(now) {
                permit.done(now, Outcome::Failure);
            }
        });
        assert_eq!(breaker.state(), State::Open);
    });
}

/// A breaker whose time of being open is over, and the time.
fn reopening() -> (Breaker, Instant) {
    let (env, now) = begin();
    let breaker = Breaker::new(env, breaker()).unwrap();
    for _ in 0..4 {
        let permit = breaker.try_acquire(now).unwrap();
        permit.done(now, Outcome::Failure);
    }
    (breaker, now + SECOND * 2)
}

#[test]
fn a_half_open_breaker_lets_in_its_trials_and_no_more() {
    in_any_order(|| {
        let (breaker, now) = reopening();
        let shared = breaker.clone();
        let permits = at_once(4, move |_| shared.try_acquire_owned(now).ok());
        let permits: Vec<_> = permits.into_iter().flatten().collect();
        assert_eq!(permits.len(), 2);
        for permit in permits {
            permit.done(now, Outcome::Success);
        }
        assert_eq!(breaker.state(), State::Closed);
    });
}

#[test]
fn however_trials_end_the_breaker_is_never_stuck() {
    in_any_order(|| {
        let (breaker, now) = reopening();
        let shared = breaker.clone();
        at_once(3, move |number| {
            let Ok(permit) = shared.try_acquire(now) else {
                return;
            };
            match number {
                0 => permit.done(now, Outcome::Failure),
                1 => permit.done(now, Outcome::Success),
                _ => drop(permit),
            }
        });
        let later = now + Duration::from_secs(3_600);
        assert!(breaker.try_acquire(later).is_ok(), "{:?}", breaker.state());
    });
}

fn group(members: usize) -> (Group, Vec<Member>) {
    let group = Group::new(EjectionSettings {
        consecutive_failures: 2,
        eject_for: SECOND,
        max_ejected: 0.5,
        ..EjectionSettings::default()
    });
    let members = (0..members).map(|_| Member::new(&group)).collect();
    (group, members)
}

#[test]
fn no_more_members_are_ejected_than_may_be() {
    in_any_order(|| {
        let (_, now) = begin();
        let (group, members) = group(4);
        let members = Arc::new(members);
        let shared = Arc::clone(&members);
        at_once(4, move |number| {
            for _ in 0..2 {
                shared[number as usize].record(Standing::Admitted, Outcome::Failure, now);
            }
        });
        let is_out = |member: &&Member| member.standing(now) == Standing::Ejected;
        assert_eq!(members.iter().filter(is_out).count(), 2);
        assert_eq!(group.ejected(), (2, 4));
    });
}

#[test]
fn a_member_is_ejected_once_and_probed_once() {
    in_any_order(|| {
        let (_, now) = begin();
        let (group, members) = group(2);
        let members = Arc::new(members);
        let shared = Arc::clone(&members);
        let changes = at_once(3, move |_| {
            shared[0].record(Standing::Admitted, Outcome::Failure, now)
        });
        let ejected = |change: &&Change| matches!(change, Change::Ejected { .. });
        assert_eq!(changes.iter().flatten().filter(ejected).count(), 1);
        let later = now + SECOND * 2;
        let shared = Arc::clone(&members);
        let probes = at_once(3, move |_| {
            let standing = shared[0].standing(later);
            let change = shared[0].record(standing, Outcome::Success, later);
            (standing, change)
        });
        let readmitted = |it: &&(Standing, Option<Change>)| it.1 == Some(Change::Readmitted);
        assert_eq!(probes.iter().filter(readmitted).count(), 1);
        assert_eq!(group.ejected(), (0, 2));
    });
}

#[test]
fn no_more_calls_are_at_work_than_the_limit_lets_in() {
    in_any_order(|| {
        let (_, now) = begin();
        let settings = LimitSettings {
            min_concurrency: 2,
            initial_concurrency: 2,
            max_concurrency: 2,
            ..LimitSettings::default()
        };
        let limit = Arc::new(AdaptiveLimit::new(settings, now, 1).unwrap());
        let shared = Arc::clone(&limit);
        let entered = at_once(3, move |_| shared.enter(now).is_ok());
        let entered = entered.into_iter().filter(|is_in| *is_in).count();
        assert!((1..=2).contains(&entered), "{entered}");
        let shared = Arc::clone(&limit);
        at_once(entered as u32, move |_| {
            shared.leave(now, now + SECOND, Outcome::Success);
        });
        assert_eq!(limit.at_work(), 0);
        assert!(limit.enter(now + SECOND).is_ok());
    });
}

#[test]
fn what_is_in_flight_adds_up() {
    in_any_order(|| {
        let (_, now) = begin();
        let load = Arc::new(Load::new(LoadSettings::default(), now));
        let shared = Arc::clone(&load);
        at_once(3, move |number| {
            let call = shared.begin(now);
            if number > 0 {
                shared.record(now + SECOND, SECOND, Outcome::Success);
            }
            drop(call);
        });
        assert_eq!(load.calls_in_flight(), 0);
        assert_eq!(load.silent(now + SECOND * 60), None);
        assert!(load.average(now + SECOND) >= SECOND * 99 / 100);
    });
}
