//! Which context is current: a task-local without a runtime.
//!
//! While a scoped future is polled, its context stands in a thread-local; between polls it is
//! back in the future. So a task may move between threads.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use super::Context;

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

pub(super) fn current() -> Option<Context> {
    CURRENT.with_borrow(Clone::clone)
}

/// Puts the outer context back, also when the inner code panics.
struct Restore(Option<Context>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

impl Context {
    /// Runs `f` with this context as the current one.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        f()
    }

    /// `future` with this context as the current one whenever it is polled.
    pub fn scope<F: Future>(self, future: F) -> Scoped<F> {
        Scoped {
            future: Box::pin(future),
            context: self,
        }
    }
}

/// A future that runs within a context; see [`Context::scope`].
#[derive(Debug)]
pub struct Scoped<F> {
    future: Pin<Box<F>>,
    context: Context,
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let future = this.future.as_mut();
        this.context.enter(|| future.poll(cx))
    }
}
