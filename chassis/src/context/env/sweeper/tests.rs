use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::task::Wake;

use proptest::prelude::*;

use super::*;
use crate::context::Env;

#[derive(Default)]
pub(in crate::context::env) struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    pub(in crate::context::env) fn get(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(in crate::context::env) fn counted() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    (count, waker)
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn an_alarm_wakes_once_and_not_early() {
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let (count, waker) = counted();
    sweeper.arm(start + millis(5), &waker);
    let before = start + millis(5) - Duration::from_nanos(1);
    assert_eq!(sweeper.sweep(before), Some(start + millis(5)));
    assert_eq!(count.get(), 0);
    assert_eq!(sweeper.sweep(start + millis(5)), None);
    assert_eq!(sweeper.sweep(start + millis(9)), None);
    assert_eq!(count.get(), 1);
}

#[test]
fn a_late_disarm_touches_no_stranger() {
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let (_, first) = counted();
    let old = sweeper.arm(start, &first);
    sweeper.sweep(start);
    let (count, second) = counted();
    let new = sweeper.arm(start + millis(1), &second);
    assert_eq!(
        (old.shard, old.index),
        (new.shard, new.index),
        "the slot is used again"
    );
    sweeper.disarm(old);
    assert!(!sweeper.refresh(old, &first));
    sweeper.sweep(start + millis(1));
    assert_eq!(count.get(), 1);
}

#[test]
fn after_a_burst_the_table_is_small_again_and_old_keys_are_strangers() {
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let (count, waker) = counted();
    let old: Vec<_> = (0..10_000).map(|_| sweeper.arm(start, &waker)).collect();
    sweeper.sweep(start);
    assert_eq!(count.get(), 10_000);
    let slots = || sweeper.lock(old[0].shard).slots.len();
    assert_eq!(slots(), Shard::SMALL);
    for _ in 0..10_000 {
        sweeper.arm(start + millis(1), &waker);
    }
    old.iter().for_each(|key| sweeper.disarm(*key));
    sweeper.sweep(start + millis(1));
    assert_eq!(count.get(), 20_000);
}

#[test]
fn a_refreshed_alarm_wakes_the_new_waker() {
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let ((first, old), (second, new)) = (counted(), counted());
    let key = sweeper.arm(start, &old);
    assert!(sweeper.refresh(key, &new));
    sweeper.sweep(start);
    assert_eq!((first.get(), second.get()), (0, 1));
    assert!(!sweeper.refresh(key, &new), "it has rung");
}

#[test]
fn after_a_disarm_the_next_time_is_exact() {
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let (_, waker) = counted();
    let soon = sweeper.arm(start + millis(5), &waker);
    sweeper.arm(start + millis(50), &waker);
    sweeper.disarm(soon);
    assert_eq!(sweeper.sweep(start), Some(start + millis(50)));
}

#[test]
fn a_waker_that_panics_costs_nobody_else_the_alarm() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    let start = Env::system().now();
    let sweeper = Sweeper::new(start);
    let (count, waker) = counted();
    sweeper.arm(start, &Waker::from(Arc::new(Panics)));
    sweeper.arm(start, &waker);
    sweeper.sweep(start);
    assert_eq!(count.get(), 1);
}

/// The last reference to a task may be its waker; dropping it drops the task's own alarms.
#[test]
fn a_waker_whose_drop_disarms_does_not_lock_up() {
    struct Disarms(Arc<Sweeper>, TimerKey);
    impl Wake for Disarms {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Disarms {
        fn drop(&mut self) {
            self.0.disarm(self.1);
        }
    }
    let start = Env::system().now();
    let sweeper = Arc::new(Sweeper::new(start));
    let (_, waker) = counted();
    let arm = || {
        let other = sweeper.arm(start + millis(9), &waker);
        sweeper.arm(
            start,
            &Waker::from(Arc::new(Disarms(Arc::clone(&sweeper), other))),
        )
    };
    sweeper.refresh(arm(), &waker);
    sweeper.disarm(arm());
    arm();
    sweeper.sweep(start);
    assert_eq!(sweeper.sweep(start + millis(9)), None);
}

#[derive(Debug, Clone)]
enum Step {
    Arm(u64),
    Disarm(prop::sample::Index),
    Refresh(prop::sample::Index),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u64..100).prop_map(Step::Arm),
        2 => any::<prop::sample::Index>().prop_map(Step::Disarm),
        1 => any::<prop::sample::Index>().prop_map(Step::Refresh),
        3 => (0_u64..40).prop_map(Step::Advance),
    ]
}

proptest! {
    /// Against a map from numbers to times: the same alarms ring at the same steps.
    #[test]
    fn it_behaves_like_a_list_of_times(steps in prop::collection::vec(step(), 0..200)) {
        let start = Env::system().now();
        let sweeper = Sweeper::new(start);
        let mut now = 0;
        let mut alarms = Vec::new();
        let mut model = BTreeMap::new();
        for step in steps {
            match step {
                Step::Arm(after) => {
                    let (count, waker) = counted();
                    let key = sweeper.arm(start + millis(now + after), &waker);
                    model.insert(alarms.len(), now + after);
                    alarms.push((key, count, waker, 0));
                }
                Step::Disarm(index) if !alarms.is_empty() => {
                    let index = index.index(alarms.len());
                    sweeper.disarm(alarms[index].0);
                    model.remove(&index);
                }
                Step::Refresh(index) if !alarms.is_empty() => {
                    let index = index.index(alarms.len());
                    let armed = sweeper.refresh(alarms[index].0, &alarms[index].2.clone());
                    prop_assert_eq!(armed, model.contains_key(&index));
                }
                Step::Advance(by) => {
                    now += by;
                    let next = sweeper.sweep(start + millis(now));
                    let due: Vec<_> = model.extract_if(.., |_, at| *at <= now).collect();
                    due.iter().for_each(|(index, _)| alarms[*index].3 += 1);
                    let earliest = model.values().min().map(|at| start + millis(*at));
                    prop_assert_eq!(next, earliest);
                }
                Step::Disarm(_) | Step::Refresh(_) => {}
            }
            for (_, count, _, expected) in &alarms {
                prop_assert_eq!(count.get(), *expected);
            }
        }
    }
}
