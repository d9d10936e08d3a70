//! How many calls are let in, at the beginning and after, and how fast that is found.

use super::*;

#[test]
fn ten_times_the_capacity_leaves_goodput_and_latency() {
    for slots in [4, 20, 200] {
        let mut queue = Queue::new(LimitSettings::default(), slots, 20 * MS);
        let capacity = slots as f64 * 50.0;
        let unloaded = queue.offer(capacity / 5.0, 5.0).p99();
        queue.offer(capacity * 10.0, 3.0);
        let mut loaded = queue.offer(capacity * 10.0, 100.0);
        let (goodput, p99) = (loaded.goodput() / capacity, loaded.p99() / unloaded);
        assert!(goodput > 0.95, "{slots}: {goodput}");
        assert!(p99 < 3.0 || slots == 4, "{slots}: {p99}");
    }
}

#[test]
fn a_start_under_overload_finds_the_limit() {
    for slots in [5, 20, 60] {
        let mut queue = Queue::new(LimitSettings::default(), slots, 20 * MS);
        let capacity = slots as f64 * 50.0;
        let mut start = queue.offer(capacity * 10.0, 1.0);
        assert!(start.p99() < 250.0, "{slots}: {}", start.p99());
        let mut loaded = queue.offer(capacity * 10.0, 20.0);
        assert!(loaded.goodput() / capacity > 0.95);
        assert!(loaded.p99() < 60.0 || slots == 5, "{}", loaded.p99());
    }
}

#[test]
fn what_can_be_served_is_not_refused() {
    // Nothing queues, however many there are, and calls vary a lot.
    let mut queue = Queue::new(LimitSettings::default(), 100_000, 50 * MS);
    queue.spread = 0.9;
    let seen = queue.offer(1_200.0, 5.0);
    // Those who come before the first call has ended; at a gate they wait.
    assert!(seen.refused < 120, "{}", seen.refused);
    let seen = queue.offer(8_000.0, 5.0);
    assert!(seen.refused < 800, "{}", seen.refused);
    let later = queue.offer(8_000.0, 60.0);
    assert!(later.refused < 8_000 * 60 / 100, "{}", later.refused);
}

#[test]
fn who_takes_long_is_let_in_before_the_first_has_ended() {
    let mut queue = Queue::new(LimitSettings::default(), 100_000, 2_000 * MS);
    let mut first = queue.offer(100.0, 2.0);
    assert!(first.refused < 100, "{}", first.refused);
    first = queue.offer(100.0, 10.0);
    assert!(first.refused < 20, "{}", first.refused);
}

#[test]
fn slots_that_are_lost_under_load_are_seen_soon() {
    let mut queue = Queue::new(LimitSettings::default(), 200, 20 * MS);
    queue.offer(5_000.0, 5.0);
    queue.slots = 20;
    // The calls that were let in before have to be worked off.
    queue.offer(5_000.0, 1.5);
    let mut later = queue.offer(5_000.0, 5.0);
    assert!(later.goodput() > 950.0, "{}", later.goodput());
    assert!(later.p99() < 60.0, "{}", later.p99());
}

#[test]
fn a_dependency_that_became_slow_is_waited_for() {
    let mut queue = Queue::new(LimitSettings::default(), 100_000, 20 * MS);
    queue.offer(1_000.0, 10.0);
    queue.work = 200 * MS;
    queue.offer(1_000.0, 5.0);
    let slow = queue.offer(1_000.0, 10.0);
    assert!(slow.refused < 100, "{}", slow.refused);
    queue.work = 20 * MS;
    queue.offer(1_000.0, 5.0);
    let after = queue.offer(1_000.0, 10.0);
    assert_eq!(after.refused, 0);
}

#[test]
fn an_hour_of_nothing_changes_nothing() {
    let mut queue = Queue::new(LimitSettings::default(), 20, 20 * MS);
    queue.offer(500.0, 20.0);
    let before = queue.limit.view();
    queue.now += 3_600_000 * MS;
    let seen = queue.offer(500.0, 20.0);
    assert_eq!(seen.refused, 0);
    assert_eq!(queue.limit.view().limit, before.limit);
}

#[test]
fn the_limit_recovers_when_slots_come_back() {
    let mut queue = Queue::new(LimitSettings::default(), 40, 20 * MS);
    queue.offer(1_500.0, 10.0);
    queue.slots = 10;
    queue.offer(1_500.0, 20.0);
    let less = queue.offer(1_500.0, 20.0);
    assert!(less.goodput() > 450.0);
    queue.slots = 40;
    queue.offer(1_500.0, 5.0);
    let again = queue.offer(1_500.0, 20.0);
    assert!(again.refused < 300, "{}", again.refused);
}

#[test]
fn few_calls_that_take_long_make_no_queue() {
    // 2 ms, and 100 ms for one in twenty: the mean of a window is anything between.
    let mut queue = Queue::new(LimitSettings::default(), 100_000, 2 * MS);
    queue.long = 0.05;
    let seen = queue.offer(4_000.0, 60.0);
    assert!(seen.refused < 4_000 * 60 / 200, "{}", seen.refused);
}

#[test]
fn calls_without_an_answer_lower_the_limit_however_steady_their_duration() {
    let epoch = Env::seeded(1).now();
    let limit = AdaptiveLimit::new(LimitSettings::default(), epoch, 1).unwrap();
    let (mut now, late) = (epoch, Duration::from_secs(5));
    for _ in 0..100 {
        while limit.enter(now).is_ok() {}
        for _ in 0..limit.at_work() {
            limit.leave(now, now + late, Outcome::Failure);
        }
        now += late;
    }
    assert_eq!(limit.limit(), 10);
    for _ in 0..100 {
        while limit.enter(now).is_ok() {}
        now += Duration::from_millis(200);
        for _ in 0..limit.at_work() {
            limit.leave(now - Duration::from_millis(20), now, Outcome::Success);
        }
    }
    assert!(limit.limit() > 100, "{}", limit.limit());
}

#[test]
fn what_refuses_quickly_is_not_taken_for_quick_work() {
    let mut queue = Queue::new(LimitSettings::default(), 20, 20 * MS);
    queue.offer(500.0, 5.0);
    for _ in 0..10_000 {
        queue.limit.enter(queue.at(queue.now)).unwrap();
        queue
            .limit
            .leave(queue.at(queue.now), queue.at(queue.now), Outcome::Ignored);
        queue.now += MS;
    }
    let alone = queue.limit.view().baseline.unwrap();
    assert!(alone > Duration::from_millis(19), "{alone:?}");
}

#[test]
fn calls_that_hang_do_not_keep_the_places_of_those_that_do_not() {
    let mut queue = Queue::new(LimitSettings::default(), 20, 5 * MS);
    queue.offer(10_000.0, 5.0);
    queue.offer(50.0, 5.0);
    assert!(!queue.limit.is_starting() && queue.limit.limit() < 100);
    // From now on every other call waits for something that never comes: 25 a second for 10 s. The
    // others take eight times as long as before, which is no reason to let more in.
    let (mut refused, mut held) = (0, 0);
    for turn in 0..500_u64 {
        let now = queue.at(queue.now);
        match queue.limit.enter(now) {
            Err(_) => refused += 1,
            Ok(()) if turn % 2 == 0 => held += 1,
            Ok(()) => {
                let end = queue.at(queue.now + 40 * MS);
                queue.limit.leave(now, end, Outcome::Success);
            }
        }
        queue.now += 20 * MS;
    }
    assert!(refused < 100, "{refused} of 500 were refused, {held} hang");
    assert!(held > 200, "{held}");
}

#[test]
fn a_crowd_after_an_hour_of_nothing_is_not_taken_for_calls_that_hang() {
    let mut queue = Queue::new(LimitSettings::default(), 20, 20 * MS);
    queue.offer(2_000.0, 10.0);
    queue.offer(0.001, 3_600.0);
    let limit = queue.limit.limit();
    let now = queue.at(queue.now);
    while queue.limit.enter(now).is_ok() {}
    for _ in 0..100 {
        assert!(queue.limit.enter(now + Duration::from_millis(100)).is_err());
    }
    assert_eq!(queue.limit.limit(), limit);
}
