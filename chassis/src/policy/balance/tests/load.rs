use proptest::prelude::*;

use super::super::*;
use crate::context::Env;
use crate::policy::Outcome;
use std::time::{Duration, Instant};

const MILLI: Duration = Duration::from_millis(1);

fn load() -> (Load, Instant) {
    let now = Env::system().now();
    (Load::new(LoadSettings::default(), now), now)
}

proptest! {
    /// The definition, in double precision.
    #[test]
    fn the_average_is_the_peak_ewma(answers in proptest::collection::vec((0..5000_u64, 0..3000_u64), 1..100)) {
        let (load, mut now) = load();
        let mut average = 30e6_f64;
        for (wait, taken) in answers {
            now += MILLI * wait as u32;
            let weight = (-(wait as f64) / 10_000.0).exp();
            let taken_nanos = taken as f64 * 1e6;
            average = taken_nanos.max(average * weight + taken_nanos * (1.0 - weight));
            load.record(now, MILLI * taken as u32, Outcome::Success);
            let seen = load.average(now).as_nanos() as f64;
            // A tick is 4 ms of 10 s.
            prop_assert!((seen - average).abs() <= average * 0.002 + 1e5, "{} for {}", seen, average);
            average = seen;
        }
    }

    #[test]
    fn two_different_ones_are_compared(count in 2..50_usize, random: u64) {
        let asked = std::cell::RefCell::new(Vec::new());
        let chosen = p2c(count, random, |index| {
            asked.borrow_mut().push(index);
            index as f32
        });
        let asked = asked.into_inner();
        prop_assert!(asked.len() == 2 && asked[0] != asked[1] && asked.iter().all(|one| *one < count));
        prop_assert_eq!(chosen, asked.into_iter().min());
    }
}

#[test]
fn a_rise_counts_at_once_and_a_fall_slowly() {
    let (load, now) = load();
    load.record(now, MILLI * 500, Outcome::Success);
    assert_eq!(load.average(now).as_millis(), 500);
    load.record(now, MILLI, Outcome::Success);
    assert!(load.average(now) > MILLI * 490);
    let later = now + Duration::from_secs(60);
    assert!(load.average(later) < MILLI * 2, "it is tried again");
}

#[test]
fn failing_fast_is_no_virtue() {
    let ((failing, now), (slow, _)) = (load(), load());
    for _ in 0..3 {
        failing.record(now, MILLI, Outcome::Failure);
    }
    slow.record(now, MILLI * 1000, Outcome::Success);
    assert!(failing.cost(now) > slow.cost(now));
}

#[test]
fn a_reading_of_the_clock_that_was_overtaken_frees_nobody() {
    let (load, now) = load();
    let later = now + MILLI * 20;
    load.record(later, MILLI * 900, Outcome::Success);
    assert_eq!(load.average(now), load.average(later));
}

#[test]
fn calls_in_flight_multiply_the_cost() {
    let (load, now) = load();
    let one = load.cost(now);
    let held: Vec<_> = (0..3).map(|_| load.begin(now)).collect();
    assert!((load.cost(now) / one - 4.0).abs() < 0.01);
    drop(held);
    assert!((load.cost(now) / one - 1.0).abs() < 0.01);
}

#[test]
fn who_answers_none_of_the_last_calls_costs_as_long_as_they_wait() {
    let (load, now) = load();
    load.record(now, MILLI * 5, Outcome::Success);
    let held: Vec<_> = (0..3).map(|_| load.begin(now)).collect();
    let later = now + MILLI * 2_000;
    let stuck = load.cost(later) / 4.0;
    assert!((1.9e9..=2.1e9).contains(&stuck), "{stuck}");
    // An answer shows that it is well; that the others take long is what they take.
    drop(load.begin(later));
    load.record(later, MILLI * 5, Outcome::Success);
    assert!(load.cost(later) / 4.0 < 40e6);
    // One that begins now has not waited yet.
    let other = load.begin(later + MILLI * 60_000);
    assert!(load.cost(later + MILLI * 60_000) / 5.0 < 40e6);
    drop((held, other));
}

#[test]
fn who_has_enough_to_do_costs_more_until_it_answers_again() {
    let (load, now) = load();
    load.record(now, MILLI * 50, Outcome::Success);
    let before = load.cost(now);
    for _ in 0..100 {
        load.refused();
    }
    assert!((load.cost(now) / before - 2.0).abs() < 0.01);
    load.record(now, MILLI * 50, Outcome::Success);
    assert!((load.cost(now) / before - 1.0).abs() < 0.01);
}

#[test]
fn long_calls_and_those_given_up_make_nobody_silent() {
    let (load, now) = load();
    load.record(now, MILLI * 5, Outcome::Success);
    let later = now + MILLI * 60_000;
    let long: Vec<_> = (0..2).map(|_| load.begin(now)).collect();
    assert!(load.cost(later) / 3.0 < 40e6, "two are no pattern");
    drop(long);
    for _ in 0..10 {
        drop(load.begin(now));
    }
    assert!(load.cost(later) < 40e6, "nobody waits");
    load.goes_on();
    assert!(
        load.cost(later) / 2.0 < 40e6,
        "the head of a stream has come"
    );
    load.ended();
    assert_eq!(load.calls_in_flight(), 0);
}

#[test]
fn every_endpoint_has_its_turn() {
    let env = Env::seeded(5);
    let mut turns = [0_u32; 7];
    for _ in 0..7000 {
        turns[p2c(7, env.random(), |_| 1.0).unwrap()] += 1;
    }
    assert!(
        turns.iter().all(|turns| (850..1150).contains(turns)),
        "{turns:?}"
    );
    assert_eq!(p2c(0, 1, |_| 1.0), None);
    assert_eq!(p2c(1, 1, |_| 1.0), Some(0));
}

#[test]
fn a_slow_endpoint_gets_little() {
    let env = Env::seeded(6);
    let now = env.now();
    let loads: Vec<_> = (0..10)
        .map(|_| Load::new(LoadSettings::default(), now))
        .collect();
    let mut calls = [0_u32; 10];
    for step in 0..10_000_u32 {
        let at = now + MILLI * step;
        let chosen = p2c(10, env.random(), |index| loads[index].cost(at)).unwrap();
        let taken = if chosen == 0 { 100 } else { 10 };
        loads[chosen].record(at, MILLI * taken, Outcome::Success);
        calls[chosen] += 1;
    }
    assert!(calls[0] < 100, "{calls:?}");
    assert!(calls[1..].iter().all(|calls| *calls > 900), "{calls:?}");
}
