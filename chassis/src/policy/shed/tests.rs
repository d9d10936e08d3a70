use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::*;
use crate::context::Env;
use crate::policy::Outcome;
use crate::policy::limit::LimitSettings;

const MS: Duration = Duration::from_millis(1);

/// A gate with one place and three that may wait.
fn gate(env: &Env) -> Arc<Gate> {
    let limit = LimitSettings {
        min_concurrency: 1,
        initial_concurrency: 1,
        max_concurrency: 1,
        ..LimitSettings::default()
    };
    let settings = GateSettings {
        limit,
        max_waiting: 3,
        ..GateSettings::default()
    };
    Arc::new(Gate::new(settings, env.now(), 1).unwrap())
}

fn wait(gate: &Arc<Gate>, urgency: Urgency, now: Instant, env: &Env) -> Option<Turn> {
    match gate.enter(urgency, now, None, env) {
        Entry::Entered => panic!("there was a place"),
        Entry::Waits(turn) => Some(turn),
        Entry::Refused => None,
    }
}

/// Whether a turn has come.
fn look(turn: &mut Turn) -> Poll<bool> {
    Pin::new(turn).poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_served_in_the_order_of_its_coming() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    let mut turns: Vec<Turn> = (0..3)
        .map(|_| wait(&gate, 3, env.now(), &env).unwrap())
        .collect();
    assert!(
        wait(&gate, 3, env.now(), &env).is_none(),
        "the queue is full"
    );
    assert_eq!(gate.waiting(), 3);
    for turn in &mut turns {
        assert_eq!(look(turn), Poll::Pending);
        gate.give_back(env.now());
        assert_eq!(look(turn), Poll::Ready(true));
    }
    gate.give_back(env.now());
    assert_eq!((gate.limit().at_work(), gate.waiting()), (0, 0));
}

/// Calls of 50 ms, 1,200 a second from the first moment on: sixty at once, which can all be served.
#[tokio::test(start_paused = true)]
async fn who_comes_first_to_a_service_that_can_serve_all_is_not_refused() {
    let env = Env::seeded(1);
    let gate = Arc::new(Gate::new(GateSettings::default(), env.now(), 1).unwrap());
    let refused = Arc::new(AtomicUsize::new(0));
    for _ in 0..600 {
        env.sleep(MS * 5 / 6).await;
        let (gate, env, refused) = (Arc::clone(&gate), env.clone(), Arc::clone(&refused));
        crate::spawn(async move {
            let is_in = match gate.enter(3, env.now(), None, &env) {
                Entry::Entered => true,
                Entry::Waits(turn) => turn.await,
                Entry::Refused => false,
            };
            if !is_in {
                refused.fetch_add(1, SeqCst);
                return;
            }
            let started = env.now();
            env.sleep(50 * MS).await;
            gate.leave(started, env.now(), Outcome::Success);
        });
    }
    assert_eq!(refused.load(SeqCst), 0);
    assert!(gate.limit().limit() >= 60, "{}", gate.limit().limit());
}

#[tokio::test(start_paused = true)]
async fn under_pressure_the_last_come_is_served_first() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    // For longer than a burst there is always somebody.
    let mut old = wait(&gate, 3, env.now(), &env).unwrap();
    for _ in 0..5 {
        env.sleep(30 * MS).await;
        let next = wait(&gate, 3, env.now(), &env).unwrap();
        drop(std::mem::replace(&mut old, next));
    }
    let mut new = wait(&gate, 3, env.now(), &env).unwrap();
    gate.give_back(env.now());
    assert_eq!(look(&mut new), Poll::Ready(true));
    assert_eq!(look(&mut old), Poll::Pending);
}

#[tokio::test(start_paused = true)]
async fn under_pressure_the_oldest_gives_way_to_the_last_come() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    let old: Vec<Turn> = (0..3)
        .map(|_| wait(&gate, 3, env.now(), &env).unwrap())
        .collect();
    env.sleep(40 * MS).await;
    assert!(wait(&gate, 3, env.now(), &env).is_none(), "a burst so far");
    env.sleep(80 * MS).await;
    let mut new = wait(&gate, 3, env.now(), &env).unwrap();
    assert_eq!(gate.waiting(), 3);
    let background = wait(&gate, 7, env.now(), &env);
    assert!(background.is_none(), "nobody is less urgent");
    gate.give_back(env.now());
    assert_eq!(look(&mut new), Poll::Ready(true));
    drop(old);
    assert_eq!(gate.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_may_be() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    let began = env.now();
    assert!(!wait(&gate, 3, began, &env).unwrap().await);
    assert_eq!(env.now() - began, 50 * MS);
    // Nor beyond its deadline.
    let until = Some(env.now() + 20 * MS);
    let Entry::Waits(turn) = gate.enter(3, env.now(), until, &env) else {
        panic!("didn't wait")
    };
    let began = env.now();
    assert!(!turn.await);
    assert_eq!(env.now() - began, 20 * MS);
    assert_eq!(gate.waiting(), 0);
}

#[test]
fn the_urgent_takes_the_place_of_the_background() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    let mut background = wait(&gate, 7, env.now(), &env).unwrap();
    let mut usual: Vec<Turn> = (0..2)
        .map(|_| wait(&gate, 3, env.now(), &env).unwrap())
        .collect();
    assert!(
        wait(&gate, 7, env.now(), &env).is_none(),
        "no less urgent one waits"
    );
    let mut urgent = wait(&gate, 0, env.now(), &env).unwrap();
    assert_eq!(look(&mut background), Poll::Ready(false));
    gate.give_back(env.now());
    assert_eq!(look(&mut urgent), Poll::Ready(true));
    assert!(usual.iter_mut().all(|turn| look(turn).is_pending()));
}

#[test]
fn a_place_that_came_too_late_is_handed_on() {
    let env = Env::seeded(1);
    let gate = gate(&env);
    assert!(matches!(
        gate.enter(3, env.now(), None, &env),
        Entry::Entered
    ));
    let first = wait(&gate, 3, env.now(), &env).unwrap();
    let mut second = wait(&gate, 3, env.now(), &env).unwrap();
    gate.give_back(env.now());
    // Granted, and never taken: its caller hung up.
    drop(first);
    assert_eq!(look(&mut second), Poll::Ready(true));
    gate.give_back(env.now());
    assert_eq!(gate.limit().at_work(), 0);
}

#[test]
fn the_processor_refuses_the_background_first_and_the_urgent_never() {
    let cpu = CpuShedder::new(0.9);
    let share = |urgency| (0..1_000).filter(|_| !cpu.admits(urgency)).count();
    for _ in 0..100 {
        // Busy, and everybody is served at once.
        cpu.sample(1.0, Duration::ZERO);
    }
    assert!(!cpu.is_shedding());
    for _ in 0..10 {
        cpu.sample(1.0, 50 * MS);
    }
    assert_eq!((share(0), share(3)), (0, 0));
    assert!(share(7) > 900, "{}", share(7));
    for _ in 0..100 {
        cpu.sample(1.0, 50 * MS);
    }
    let usual = share(3);
    assert!((850..=950).contains(&usual), "{usual}");
    assert_eq!((share(1), share(6)), (0, 1_000));
    for _ in 0..100 {
        cpu.sample(0.2, Duration::ZERO);
    }
    assert!(!cpu.is_shedding());
}

#[test]
fn usage_is_read_of_the_container_where_it_has_a_limit() {
    let folder = std::env::temp_dir().join(format!("chassis-usage-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "stat",
        "1 (a) b) S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 5 0 0",
    );
    let mut usage = usage::CpuUsage::at(&folder, &folder.join("stat"));
    let now = Env::seeded(1).now();
    assert_eq!(usage.read(now), None);
    write(
        "stat",
        "1 (a) b) S 1 1 1 0 -1 0 0 0 0 0 120 55 0 0 20 0 1 0 5 0 0",
    );
    // A quarter of a second in half a second, of all processors.
    let read = usage.read(now + 500 * MS).unwrap();
    let processors = std::thread::available_parallelism().unwrap().get() as f64;
    assert!((read - 0.5 / processors).abs() < 1e-9, "{read}");
    write("cpu.max", "50000 100000\n");
    write("cpu.stat", "usage_usec 1000000\nuser_usec 1\n");
    usage.read(now + 1_000 * MS);
    write("cpu.stat", "usage_usec 1200000\nuser_usec 1\n");
    let read = usage.read(now + 1_500 * MS).unwrap();
    assert!((read - 0.8).abs() < 1e-9, "{read}");
    // A clock or a count that goes back says nothing.
    assert_eq!(usage.read(now), None);
    write("cpu.max", "max 100000\n");
    write("stat", "garbage");
    assert_eq!(usage.read(now + 5_000 * MS), None);
    std::fs::remove_dir_all(&folder).unwrap();
}
