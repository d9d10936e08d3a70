use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Poll, Waker};

use super::*;
use crate::context::Priority;

fn context(urgency: u8) -> Context {
    Context::default().with_priority(Priority::new(urgency).expect("0 to 7"))
}

fn current() -> u8 {
    Context::current().priority().urgency()
}

const NONE: u8 = 3;

#[test]
fn scopes_nest() {
    context(1).enter(|| {
        assert_eq!(current(), 1);
        context(2).enter(|| assert_eq!(current(), 2));
        assert_eq!(current(), 1);
    });
    assert_eq!(current(), NONE);
}

#[test]
fn lending_keeps_the_context_and_the_outer_one() {
    let mut outer = context(1);
    let mut inner = context(2);
    outer.lend(|| {
        inner.lend(|| assert_eq!(current(), 2));
        assert_eq!(current(), 1);
    });
    assert_eq!(
        (outer.priority().urgency(), inner.priority().urgency()),
        (1, 2)
    );
}

#[test]
fn a_panic_puts_everything_back() {
    let mut inner = context(2);
    context(1).enter(|| {
        let result = catch_unwind(AssertUnwindSafe(|| inner.lend(|| panic!("on purpose"))));
        assert!(result.is_err());
        assert_eq!(current(), 1);
    });
    assert_eq!(inner.priority().urgency(), 2);
    assert_eq!(current(), NONE);
}

#[test]
fn a_future_has_its_context_only_while_polled() {
    let mut polls = 0;
    let inner = poll_fn(|_| {
        polls += 1;
        assert_eq!(current(), 1);
        if polls < 3 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    });
    let mut scoped = pin!(context(1).scope(inner));
    let mut cx = task::Context::from_waker(Waker::noop());
    context(5).enter(|| {
        assert!(scoped.as_mut().poll(&mut cx).is_pending());
        assert_eq!(current(), 5);
    });
    assert!(scoped.as_mut().poll(&mut cx).is_pending());
    assert_eq!(current(), NONE);
    assert!(scoped.as_mut().poll(&mut cx).is_ready());
}

#[test]
fn a_task_takes_its_context_to_another_thread() {
    let mut polls = 0;
    let inner = poll_fn(move |_| {
        polls += 1;
        if polls == 1 {
            Poll::Pending
        } else {
            Poll::Ready(current())
        }
    });
    let mut scoped = Box::pin(context(1).scope(inner));
    let mut cx = task::Context::from_waker(Waker::noop());
    assert!(scoped.as_mut().poll(&mut cx).is_pending());
    let polled = std::thread::spawn(move || {
        assert_eq!(current(), NONE);
        scoped
            .as_mut()
            .poll(&mut task::Context::from_waker(Waker::noop()))
    });
    assert_eq!(polled.join().expect("no panic"), Poll::Ready(1));
}

#[test]
fn what_a_future_drops_is_dropped_in_its_context() {
    struct Asks<'s>(&'s Cell<u8>);
    impl Drop for Asks<'_> {
        fn drop(&mut self) {
            self.0.set(current());
        }
    }
    let seen = Cell::new(NONE);
    let asks = Asks(&seen);
    drop(context(1).scope(async move {
        let _asks = asks;
        pending::<()>().await;
    }));
    assert_eq!(seen.get(), 1);
}

#[test]
fn a_scope_adds_no_box() {
    let size = size_of_val(&context(1).scope(ready([0_u8; 1000])));
    assert!(size > 1000, "{size}");
    fn is_unpin<T: Unpin>(_: T) {}
    is_unpin(context(1).scope(pending::<()>()));
}

#[test]
fn the_current_context_is_empty_while_a_thread_ends() {
    struct AsksLate;
    impl Drop for AsksLate {
        fn drop(&mut self) {
            context(1).enter(|| drop(Context::current()));
        }
    }
    thread_local!(static LATE: AsksLate = const { AsksLate });
    let thread = std::thread::spawn(|| {
        LATE.with(|_| ());
        context(1).enter(|| assert_eq!(current(), 1));
    });
    thread
        .join()
        .expect("no panic while the locals are dropped");
}
