//! A queue is simulated: so many slots, calls that come whatever happens, time that nobody waits for.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tower::{BoxError, Service, ServiceBuilder, service_fn};

use super::*;
use crate::context::Env;

/// A service with slots, behind the limit.
struct Queue {
    limit: AdaptiveLimit,
    epoch: Instant,
    now: u64,
    slots: usize,
    /// Nanoseconds that a call takes in its slot.
    work: u64,
    /// Spread of that, as a share.
    spread: f64,
    /// The share of calls that take fifty times as long.
    long: f64,
    busy: usize,
    waiting: VecDeque<u64>,
    /// When a call ends, and when it came.
    ends: BinaryHeap<Reverse<(u64, u64)>>,
    random: u64,
}

/// What happened in some time.
#[derive(Debug, Default)]
struct Seen {
    done: Vec<u64>,
    refused: u64,
    seconds: f64,
}

const MS: u64 = 1_000_000;

impl Queue {
    fn new(settings: LimitSettings, slots: usize, work: u64) -> Self {
        let epoch = Env::seeded(1).now();
        Self {
            limit: AdaptiveLimit::new(settings, epoch, 7).unwrap(),
            epoch,
            now: 0,
            slots,
            work,
            spread: 0.2,
            long: 0.0,
            busy: 0,
            waiting: VecDeque::new(),
            ends: BinaryHeap::new(),
            random: 1,
        }
    }

    fn random(&mut self) -> f64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn at(&self, nanos: u64) -> Instant {
        self.epoch + Duration::from_nanos(nanos)
    }

    /// Calls come at this rate, at random, for so long.
    fn offer(&mut self, rate: f64, seconds: f64) -> Seen {
        let end = self.now + (seconds * 1e9) as u64;
        let mut seen = Seen {
            seconds,
            ..Seen::default()
        };
        let mut next = self.now;
        loop {
            next += (-(1.0 - self.random()).ln() / rate * 1e9) as u64;
            self.run_until(next.min(end), &mut seen);
            if next >= end {
                return seen;
            }
            match self.limit.enter() {
                Ok(()) => self.waiting.push_back(next),
                Err(_) => seen.refused += 1,
            }
            self.start();
        }
    }

    fn run_until(&mut self, until: u64, seen: &mut Seen) {
        while let Some(Reverse((end, came))) =
            self.ends.peek().copied().filter(|next| next.0.0 <= until)
        {
            self.ends.pop();
            self.now = end;
            self.busy -= 1;
            seen.done.push(end - came);
            self.limit
                .leave(self.at(came), self.at(end), Outcome::Success);
            self.start();
        }
        self.now = until;
    }

    fn start(&mut self) {
        while self.busy < self.slots && !self.waiting.is_empty() {
            let came = self.waiting.pop_front().unwrap();
            let long = if self.random() < self.long { 50.0 } else { 1.0 };
            let share = long * (1.0 + self.spread * (2.0 * self.random() - 1.0));
            self.ends.push(Reverse((
                self.now + (self.work as f64 * share) as u64,
                came,
            )));
            self.busy += 1;
        }
    }
}

impl Seen {
    fn goodput(&self) -> f64 {
        self.done.len() as f64 / self.seconds
    }

    fn p99(&mut self) -> f64 {
        self.done.sort_unstable();
        self.done[self.done.len() * 99 / 100] as f64 / MS as f64
    }
}

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
        // What was let in before anything was known has to be worked off.
        queue.offer(capacity * 10.0, 12.0);
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
    assert_eq!(seen.refused, 0);
    queue.offer(8_000.0, 5.0);
    let later = queue.offer(8_000.0, 60.0);
    assert!(later.refused < 8_000 * 60 / 100, "{}", later.refused);
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
        while limit.enter().is_ok() {}
        for _ in 0..limit.at_work() {
            limit.leave(now, now + late, Outcome::Failure);
        }
        now += late;
    }
    assert_eq!(limit.limit(), 10);
    for _ in 0..100 {
        while limit.enter().is_ok() {}
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
        queue.limit.enter().unwrap();
        queue
            .limit
            .leave(queue.at(queue.now), queue.at(queue.now), Outcome::Ignored);
        queue.now += MS;
    }
    let alone = queue.limit.view().baseline.unwrap();
    assert!(alone > Duration::from_millis(19), "{alone:?}");
}

#[test]
fn settings_that_cannot_work_are_named() {
    let good = LimitSettings::default();
    let bad = [
        (
            LimitSettings {
                min_concurrency: 0,
                ..good
            },
            "min_concurrency",
        ),
        (
            LimitSettings {
                min_concurrency: 2_000,
                ..good
            },
            "max_concurrency",
        ),
        (
            LimitSettings {
                max_concurrency: u32::MAX,
                ..good
            },
            "max_concurrency",
        ),
        (
            LimitSettings {
                initial_concurrency: 5,
                ..good
            },
            "initial_concurrency",
        ),
        (
            LimitSettings {
                tolerance: 1.0,
                ..good
            },
            "tolerance",
        ),
        (
            LimitSettings {
                tolerance: f64::NAN,
                ..good
            },
            "tolerance",
        ),
        (
            LimitSettings {
                tolerance: -1.0,
                ..good
            },
            "tolerance",
        ),
        (
            LimitSettings {
                update_interval: Duration::ZERO,
                ..good
            },
            "update_interval",
        ),
        (
            LimitSettings {
                min_rtt_interval: Duration::ZERO,
                ..good
            },
            "min_rtt_interval",
        ),
    ];
    for (settings, name) in bad {
        assert_eq!(settings.check().unwrap_err().setting, name);
    }
    assert_eq!(good.check(), Ok(()));
}

#[test]
fn the_layer_refuses_what_the_limit_does_not_let_in() {
    let env = Env::seeded(1);
    let settings = LimitSettings {
        min_concurrency: 1,
        initial_concurrency: 1,
        ..LimitSettings::default()
    };
    let limit = Arc::new(AdaptiveLimit::new(settings, env.now(), 1).unwrap());
    let mut service = ServiceBuilder::new()
        .layer(AdaptiveLimitLayer::new(Arc::clone(&limit), env))
        .service(service_fn(|wait: bool| async move {
            if wait {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>("done")
        }));
    let mut cx = Context::from_waker(Waker::noop());
    let mut first = pin!(service.call(true));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    let mut second = pin!(service.call(false));
    let Poll::Ready(Err(error)) = second.as_mut().poll(&mut cx) else {
        panic!("was let in")
    };
    assert_eq!(error.downcast_ref(), Some(&Overloaded { limit: 1 }));
    // The caller gave up: its place is free.
    first.set(service.call(false));
    assert!(first.as_mut().poll(&mut cx).is_ready());
    assert_eq!(limit.at_work(), 0);
}
