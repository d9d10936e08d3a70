use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake};

use super::super::sweeper::tests::counted;
use super::super::system::SystemClock;
use super::*;
use crate::context::Env;

/// How long a busy machine may take until a test gives up.
const LIMIT: Duration = Duration::from_secs(20);

struct Report {
    due: Instant,
    to: mpsc::Sender<(Instant, Instant)>,
}

impl Wake for Report {
    fn wake(self: Arc<Self>) {
        let _ = self.to.send((self.due, SystemClock.now()));
    }
}

fn report(due: Instant, to: &mpsc::Sender<(Instant, Instant)>) -> Waker {
    Waker::from(Arc::new(Report {
        due,
        to: to.clone(),
    }))
}

#[test]
fn an_earlier_alarm_wakes_the_sleeping_thread() {
    let driven = Driven::new(SystemClock);
    let (to, rang) = mpsc::channel();
    let now = SystemClock.now();
    driven.arm(now + LIMIT * 2, &report(now, &to));
    // Until it sleeps for the far one.
    while driven.shared.sleeps_until.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    let due = SystemClock.now() + Duration::from_millis(20);
    driven.arm(due, &report(due, &to));
    let (due, at) = rang
        .recv_timeout(LIMIT)
        .expect("rings long before the far one");
    assert!(at >= due, "never early");
}

#[test]
fn a_disarmed_alarm_is_silent() {
    let driven = Driven::new(SystemClock);
    let (to, rang) = mpsc::channel();
    // Far enough that it is disarmed in time on a busy machine.
    let soon = SystemClock.now() + Duration::from_millis(300);
    let key = driven.arm(soon, &report(soon, &to));
    driven.disarm(key);
    let later = soon + Duration::from_millis(20);
    driven.arm(later, &report(later, &to));
    let (first, _) = rang.recv_timeout(LIMIT).expect("the second rings");
    assert_eq!(first, later);
}

#[test]
fn the_thread_ends_with_its_owner() {
    let driven = Driven::new(SystemClock);
    let (to, _rang) = mpsc::channel();
    let far = SystemClock.now() + LIMIT;
    driven.arm(far, &report(far, &to));
    let shared = Arc::downgrade(&driven.shared);
    drop(driven);
    let give_up = SystemClock.now() + LIMIT;
    while shared.upgrade().is_some() {
        assert!(SystemClock.now() < give_up, "the thread still runs");
        thread::yield_now();
    }
}

/// Each alarm is armed at the very moment when the one before has rung and the thread goes to
/// sleep, with nothing else that would wake it: one missed unpark, and it never rings.
#[test]
fn an_alarm_armed_while_the_thread_goes_to_sleep_rings() {
    let driven = Driven::new(SystemClock);
    let (count, waker) = counted();
    for round in 1..=20_000 {
        let now = SystemClock.now();
        driven.arm(now, &waker);
        while count.get() < round {
            assert!(SystemClock.now() < now + LIMIT, "alarm {round} was missed");
            std::hint::spin_loop();
        }
    }
}

/// Threads that arm, disarm and wait at random: every alarm that was not disarmed rings, none
/// early, none twice. A missed unpark would show as one that never rings.
#[test]
fn nothing_is_missed_under_stress() {
    const THREADS: u64 = 6;
    const ROUNDS: u64 = 3000;
    let driven = Driven::new(SystemClock);
    let (to, rang) = mpsc::channel();
    let armed: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|seed| {
                let (driven, to) = (&driven, to.clone());
                scope.spawn(move || stress(driven, &to, seed, ROUNDS))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    drop(to);
    for _ in 0..armed {
        let (due, at) = rang.recv_timeout(LIMIT).expect("every alarm rings");
        assert!(at >= due, "never early");
    }
    // All wakers are gone: rung once, or forgotten.
    assert_eq!(
        rang.recv_timeout(LIMIT),
        Err(mpsc::RecvTimeoutError::Disconnected)
    );
}

fn stress(
    driven: &Driven<SystemClock>,
    to: &mpsc::Sender<(Instant, Instant)>,
    seed: u64,
    rounds: u64,
) -> u64 {
    let mut generator = super::super::random::Generator::new([seed, rounds]);
    let (silent, _unheard) = mpsc::channel();
    let mut armed = 0;
    for _ in 0..rounds {
        let bits = generator.next();
        let due = SystemClock.now() + Duration::from_micros(bits % 4000);
        if bits >> 32 & 1 == 0 {
            driven.arm(due, &report(due, to));
            armed += 1;
        } else {
            let key = driven.arm(due, &report(due, &silent));
            driven.disarm(key);
        }
        if bits >> 40 & 31 == 0 {
            // Lets the sweeper's thread go to sleep, so that the next alarm races with that.
            let until = SystemClock.now() + Duration::from_millis(3);
            while SystemClock.now() < until {
                thread::yield_now();
            }
        }
    }
    armed
}

#[test]
fn a_sleep_ends_at_its_time() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let env = Env::system();
    let until = env.now() + Duration::from_millis(10);
    let mut sleep = pin!(env.sleep_until(until));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    while sleep.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
        assert!(env.now() < until + LIMIT, "never woken");
        thread::park_timeout(LIMIT);
    }
    assert!(env.now() >= until);
}
