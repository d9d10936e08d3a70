//! Streams without a library of streams: [`Unfold`] asks a closure, [`All`] an iterator, [`Nothing`]
//! nobody.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    /// What a closure gives, asked again and again with the state that it gave last.
    pub(super) struct Unfold<S, F, Fut> {
        next: F,
        // None while the future has it, and after the last item.
        state: Option<S>,
        #[pin]
        future: Option<Fut>,
    }
}

impl<S, F, Fut> Unfold<S, F, Fut> {
    pub(super) fn new(state: S, next: F) -> Self {
        Self {
            next,
            state: Some(state),
            future: None,
        }
    }
}

impl<S, F, Fut, I> Stream for Unfold<S, F, Fut>
where
    F: FnMut(S) -> Fut,
    Fut: Future<Output = Option<(I, S)>>,
{
    type Item = I;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<I>> {
        let mut this = self.project();
        if let Some(state) = this.state.take() {
            this.future.set(Some((this.next)(state)));
        }
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let next = ready!(future.poll(cx));
        this.future.set(None);
        Poll::Ready(next.map(|(item, state)| {
            *this.state = Some(state);
            item
        }))
    }
}

/// Items, and another error.
pub(super) struct MapErr<I, C> {
    pub(super) items: I,
    /// None when there was an error: it is the last item.
    pub(super) convert: Option<C>,
}

// The items are boxed.
impl<I: Unpin, C> Unpin for MapErr<I, C> {}

impl<I, C, T, E, F> Stream for MapErr<I, C>
where
    I: Stream<Item = Result<T, E>> + Unpin,
    C: FnOnce(E) -> F,
{
    type Item = Result<T, F>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.items).poll_next(cx));
        Poll::Ready(match next {
            Some(Err(error)) => self.convert.take().map(|convert| Err(convert(error))),
            next => next.and_then(Result::ok).map(Ok),
        })
    }
}

/// No items.
pub(super) struct Nothing<T>(pub(super) PhantomData<fn() -> T>);

impl<T> Stream for Nothing<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<T>> {
        Poll::Ready(None)
    }
}

/// The items of an iterator; it never fails.
pub(super) struct All<I, E>(pub(super) I, pub(super) PhantomData<fn() -> E>);

// An iterator is never pinned.
impl<I, E> Unpin for All<I, E> {}

impl<I: Iterator, E> Stream for All<I, E> {
    type Item = Result<I::Item, E>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
