//! What the states promise, one by one.

use super::super::{Cause, Force, Mistake, SlidingWindow, State};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn bench() -> Bench {
    Bench::new(BreakerSettings::default())
}

fn opened() -> Bench {
    let bench = bench();
    bench.calls(20, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::Open);
    bench
}

#[test]
fn nothing_opens_below_the_minimum_of_calls() {
    let bench = bench();
    bench.calls(19, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn the_call_that_completes_the_minimum_opens_even_when_it_succeeds() {
    let bench = bench();
    bench.calls(19, Outcome::Failure);
    bench.calls(1, Outcome::Success);
    assert_eq!(bench.breaker.state(), State::Open);
}

#[test]
fn half_of_the_calls_must_fail() {
    let bench = bench();
    bench.calls(51, Outcome::Success);
    bench.calls(50, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::Closed);
    bench.calls(1, Outcome::Failure);
    let cause = Cause::FailureRate {
        failed: 51,
        calls: 102,
    };
    let (from, to) = (State::Closed, State::Open);
    assert_eq!(
        *bench.told.lock().unwrap(),
        [Transition { from, to, cause }]
    );
}

#[test]
fn failures_leave_the_window_with_time() {
    let mut bench = bench();
    bench.calls(19, Outcome::Failure);
    bench.wait(11 * SECOND);
    bench.calls(19, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn an_open_breaker_refuses_and_says_how_long() {
    let bench = opened();
    let refused = bench.breaker.try_acquire(bench.now).unwrap_err();
    let left = refused.retry_after.unwrap();
    assert!((3750..=5000).contains(&left.as_millis()), "{left:?}");
    assert!(
        refused
            .to_string()
            .starts_with("the circuit breaker is open for another")
    );
}

#[test]
fn as_many_trials_pass_as_are_allowed_and_close_it() {
    let mut bench = opened();
    bench.wait(5 * SECOND);
    let trials: Vec<_> = (0..3)
        .map(|_| bench.breaker.try_acquire(bench.now).unwrap())
        .collect();
    assert_eq!(bench.breaker.state(), State::HalfOpen);
    assert!(
        bench.breaker.try_acquire(bench.now).is_err(),
        "a fourth one"
    );
    trials
        .into_iter()
        .for_each(|trial| trial.done(bench.now, Outcome::Success));
    assert_eq!(bench.breaker.state(), State::Closed);
    bench.calls(19, Outcome::Failure);
    assert_eq!(
        bench.breaker.state(),
        State::Closed,
        "the old failures are forgotten"
    );
}

#[test]
fn a_dropped_trial_gives_its_place_back() {
    let mut bench = opened();
    bench.wait(5 * SECOND);
    for _ in 0..10 {
        drop(bench.breaker.try_acquire(bench.now).unwrap());
    }
    assert_eq!(bench.breaker.state(), State::HalfOpen);
}

#[test]
fn trials_that_never_end_do_not_keep_it_half_open() {
    let mut bench = opened();
    bench.wait(5 * SECOND);
    let hung: Vec<_> = (0..3)
        .map(|_| bench.breaker.try_acquire_owned(bench.now).unwrap())
        .collect();
    bench.wait(30 * SECOND);
    assert!(!bench.call(Outcome::Success));
    assert_eq!(bench.breaker.state(), State::Open);
    bench.wait(10 * SECOND);
    bench.calls(3, Outcome::Success);
    assert_eq!(bench.breaker.state(), State::Closed);
    hung.into_iter()
        .for_each(|trial| trial.done(bench.now, Outcome::Failure));
    assert_eq!(
        bench.breaker.state(),
        State::Closed,
        "late results count for nothing"
    );
}

#[test]
fn trials_that_ended_badly_long_ago_refuse_nobody_now() {
    let mut bench = opened();
    bench.wait(5 * SECOND);
    assert!(bench.call(Outcome::Failure));
    // Two more might have said otherwise; nobody came.
    bench.wait(3_600 * SECOND);
    bench.calls(3, Outcome::Success);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn failed_trials_double_the_open_time_up_to_its_limit() {
    let mut bench = opened();
    for expected in [10, 20, 40, 60, 60] {
        bench.wait(60 * SECOND);
        bench.calls(2, Outcome::Failure);
        let refused = bench.breaker.try_acquire(bench.now).unwrap_err();
        let left = refused.retry_after.unwrap().as_secs_f64();
        let expected = f64::from(expected);
        assert!(
            (0.75 * expected..=expected).contains(&left),
            "{left} s of {expected}"
        );
    }
}

#[test]
fn calls_that_began_before_it_opened_count_for_no_trial() {
    let bench = bench();
    let old = bench.breaker.try_acquire(bench.now).unwrap();
    bench.calls(20, Outcome::Failure);
    let later = bench.now + 5 * SECOND;
    let trial = bench.breaker.try_acquire(later).unwrap();
    old.done(later, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::HalfOpen);
    trial.done(later, Outcome::Success);
    assert_eq!(bench.breaker.state(), State::HalfOpen, "two more must pass");
}

#[test]
fn slow_calls_open_it_also_those_that_the_caller_gave_up() {
    let mut bench = bench();
    let begun: Vec<_> = (0..20)
        .map(|_| bench.breaker.try_acquire_owned(bench.now).unwrap())
        .collect();
    bench.wait(5 * SECOND);
    for (turn, permit) in begun.into_iter().enumerate() {
        let outcome = [Outcome::Success, Outcome::Ignored][turn % 2];
        permit.done(bench.now, outcome);
    }
    assert_eq!(bench.breaker.state(), State::Open);
}

#[test]
fn a_quick_call_that_was_given_up_says_nothing() {
    let bench = bench();
    bench.calls(1000, Outcome::Ignored);
    bench.calls(19, Outcome::Failure);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn what_is_forced_stays_until_it_is_reset() {
    let mut bench = bench();
    bench.breaker.force(Force::Open, bench.now);
    bench.wait(3600 * SECOND);
    let refused = bench.breaker.try_acquire(bench.now).unwrap_err();
    assert_eq!(refused.retry_after, None);
    for force in [Force::Closed, Force::Disabled] {
        bench.breaker.force(force, bench.now);
        bench.calls(100, Outcome::Failure);
    }
    bench.breaker.reset(bench.now);
    bench.calls(19, Outcome::Failure);
    assert_eq!(
        bench.breaker.state(),
        State::Closed,
        "what was counted is forgotten"
    );
    let told: Vec<_> = bench
        .told
        .lock()
        .unwrap()
        .iter()
        .map(|told| told.to)
        .collect();
    let (open, closed) = (State::ForcedOpen, State::ForcedClosed);
    assert_eq!(told, [open, closed, State::Disabled, State::Closed]);
}

#[test]
fn settings_that_cannot_work_are_named() {
    let good = BreakerSettings::default();
    let bad = [
        (
            "window",
            BreakerSettings {
                window: SlidingWindow::Time(Duration::ZERO),
                ..good
            },
        ),
        (
            "window",
            BreakerSettings {
                window: SlidingWindow::Calls(0),
                ..good
            },
        ),
        (
            "window",
            BreakerSettings {
                window: SlidingWindow::Calls(65_537),
                ..good
            },
        ),
        (
            "minimum_calls",
            BreakerSettings {
                minimum_calls: 0,
                ..good
            },
        ),
        (
            "minimum_calls",
            BreakerSettings {
                window: SlidingWindow::Calls(19),
                ..good
            },
        ),
        (
            "failure_rate",
            BreakerSettings {
                failure_rate: 1.01,
                ..good
            },
        ),
        (
            "failure_rate",
            BreakerSettings {
                failure_rate: f64::NAN,
                ..good
            },
        ),
        (
            "slow_rate",
            BreakerSettings {
                slow_rate: 0.0,
                ..good
            },
        ),
        (
            "slow_after",
            BreakerSettings {
                slow_after: Duration::ZERO,
                ..good
            },
        ),
        (
            "open_for",
            BreakerSettings {
                open_for: Duration::ZERO,
                ..good
            },
        ),
        (
            "open_at_most",
            BreakerSettings {
                open_at_most: SECOND,
                ..good
            },
        ),
        ("trials", BreakerSettings { trials: 0, ..good }),
        (
            "trials_within",
            BreakerSettings {
                trials_within: Duration::ZERO,
                ..good
            },
        ),
    ];
    for (setting, settings) in bad {
        let mistake: Mistake = Breaker::new(Env::seeded(1), settings).unwrap_err();
        assert_eq!(mistake.setting, setting, "{mistake}");
    }
}
