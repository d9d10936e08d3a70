//! Which context is current: a task-local without a runtime.
//!
//! While a scoped future is polled, its context stands in a thread-local; between polls it is
//! back in the future. So a task may move between threads.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use super::Context;

thread_local! {
    static CURRENT: Cell<Context> = const { Cell::new(Context(None)) };
    /// Whether a call outward ended exhausted since [`noticing`] looked.
    #[cfg(feature = "service")]
    static EXHAUSTED: Cell<bool> = const { Cell::new(false) };
}

/// Empty, too, while the thread ends and its locals are gone.
pub(super) fn current() -> Context {
    let copy = CURRENT.try_with(|current| {
        let context = current.take();
        current.set(context.clone());
        context
    });
    copy.unwrap_or_default()
}

/// Makes `context` the current one, and gives the one that was. The caller sees to it that it comes
/// back on the same thread.
#[cfg(feature = "service")]
pub(crate) fn replace(context: Context) -> Context {
    let mut slot = context;
    swap(&mut slot);
    slot
}

/// A call outward failed and must not be tried again, here or above. Whoever serves the request that it
/// was made for hears of it by [`noticing`], whatever the code between makes of the error.
#[cfg(feature = "service")]
#[cold]
pub(crate) fn say_exhausted() {
    let _ = EXHAUSTED.try_with(|said| said.set(true));
}

/// Polls by `poll`, and tells whether a call outward ended exhausted within. Not seen is what a task does
/// that was spawned.
#[cfg(feature = "service")]
#[inline]
pub(crate) fn noticing<R>(poll: impl FnOnce() -> R) -> (R, bool) {
    let _ = EXHAUSTED.try_with(|said| said.set(false));
    let result = poll();
    (result, EXHAUSTED.try_with(Cell::get).unwrap_or_default())
}

fn swap(slot: &mut Context) {
    // Fails only while the thread ends, when nothing asks for the current context any more.
    let _ = CURRENT.try_with(|current| *slot = current.replace(std::mem::take(slot)));
}

/// Swaps the contexts back, also when the inner code panics.
struct Swapped<'s>(&'s mut Context);

impl<'s> Swapped<'s> {
    fn new(slot: &'s mut Context) -> Self {
        swap(slot);
        Self(slot)
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        swap(self.0);
    }
}

impl Context {
    /// Runs `f` with this context as the current one.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        self.clone().lend(f)
    }

    /// Runs `f` with this context as the current one, moved there and back: for code that polls
    /// often and owns its context, this spares [`enter`](Self::enter)'s clone. While `f` runs, the
    /// outer context is kept here.
    pub fn lend<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _swapped = Swapped::new(self);
        f()
    }

    /// `future` with this context as the current one whenever it is polled, and when it is dropped.
    pub fn scope<F: Future>(self, future: F) -> Scoped<F> {
        Scoped {
            future: Some(future),
            context: self,
        }
    }
}

pin_project! {
    /// A future that runs within a context; see [`Context::scope`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        // None only while dropping.
        #[pin]
        future: Option<F>,
        context: Context,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            // What the future's own parts log while they are dropped belongs to the call.
            let mut this = this.project();
            this.context.lend(|| this.future.set(None));
        }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.future.as_pin_mut() {
            Some(future) => this.context.lend(|| future.poll(cx)),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests;
