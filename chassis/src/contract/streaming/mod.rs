//! [`Streaming`]: an answer that comes item by item.
//!
//! A method gives `Result<Streaming<T>, E>`. On the wire it is server-sent events, or NDJSON where
//! the caller asks for that (`accept.rs`); `write.rs` encodes the items as the wire takes them, and
//! `read` makes a `Streaming` of them again on the other side. No transport is named here: heartbeats,
//! deadlines and the end in a drain are the server's.

mod accept;
mod flow;
mod item;
mod passage;
mod read;
mod unfold;
mod write;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use futures_core::Stream;

use crate::CallError;
use unfold::Unfold;

pub use accept::{Format, accept};
pub use flow::{Body, Chunks, Received};
pub use item::Item;
pub(super) use read::{Origin, Reading};
pub use write::{Frame, FrameKind, Frames, answer_streaming};

/// Boxed, so that a method may give one stream or another.
type Items<T, E> = Pin<Box<dyn Stream<Item = Result<Item<T>, E>> + Send>>;

/// An answer that comes item by item, for as long as there are items: a [`Stream`] of
/// `Result<T, E>`.
///
/// The first error is the last item. `E` is how the stream may fail once it has begun: a
/// [`Problem`](crate::Problem) that holds a [`CallError`], usually the method's own error, which
/// arrives as the same value. Left out, the stream fails only as a call does.
///
/// The producer is asked for the next item when the reader has taken the last one, and is dropped
/// when the reader leaves.
///
/// ```
/// use chassis::{Item, Streaming};
///
/// // Counts down, and gives each number an id by which a reader can go on where it stopped.
/// fn countdown(from: u32) -> Streaming<u32> {
///     Streaming::unfold(from, |left| async move {
///         let next = left.checked_sub(1)?;
///         Some((Ok(Item::new(left).with_id(next)), next))
///     })
/// }
/// ```
pub struct Streaming<T, E = CallError> {
    /// None when it is over: the producer goes with its last item.
    items: Option<Items<T, E>>,
    last_id: Option<String>,
}

impl<T, E> Streaming<T, E> {
    /// The items of `stream`: plain values, or [`Item`]s where they have ids.
    pub fn new<I>(stream: impl Stream<Item = Result<I, E>> + Send + 'static) -> Self
    where
        I: Into<Item<T>> + 'static,
        T: 'static,
        E: 'static,
    {
        Self::boxed(Box::pin(item::Items::new(stream)))
    }

    /// What `next` gives, asked again and again with the state that it gave last, until it gives
    /// `None`.
    pub fn unfold<S, I, F, Fut>(state: S, next: F) -> Self
    where
        S: Send + 'static,
        I: Into<Item<T>> + 'static,
        F: FnMut(S) -> Fut + Send + 'static,
        Fut: Future<Output = Option<(Result<I, E>, S)>> + Send + 'static,
        T: 'static,
        E: 'static,
    {
        Self::new(Unfold::new(state, next))
    }

    /// The items of `iterator`, all of which are there already.
    pub fn of<I>(iterator: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Item<T>> + 'static,
        I::IntoIter: Send + 'static,
        T: 'static,
        E: Send + 'static,
    {
        Self::new(unfold::All(iterator.into_iter(), std::marker::PhantomData))
    }

    /// The same items, its error made by `convert`: where a stream is passed on.
    pub fn map_err<F>(self, convert: impl FnOnce(E) -> F + Send + 'static) -> Streaming<T, F>
    where
        T: 'static,
        E: 'static,
        F: 'static,
    {
        let convert = Some(convert);
        let items = self.into_items();
        Streaming::boxed(Box::pin(unfold::MapErr { items, convert }))
    }

    pub(crate) fn boxed(items: Items<T, E>) -> Self {
        Self {
            items: Some(items),
            last_id: None,
        }
    }

    /// What it gives, with ids. One that was read to its end gives nothing.
    pub(crate) fn into_items(self) -> Items<T, E>
    where
        T: 'static,
        E: 'static,
    {
        let nothing = || Box::pin(unfold::Nothing(std::marker::PhantomData)) as _;
        self.items.unwrap_or_else(nothing)
    }

    /// The next item; `None` after the last one, or after an error.
    ///
    /// It may be dropped and called again: no item is lost.
    pub async fn next(&mut self) -> Option<Result<T, E>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The id of the last item that had one: where to go on when the stream was cut.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }
}

impl<T, E> Stream for Streaming<T, E> {
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(items) = &mut this.items else {
            return Poll::Ready(None);
        };
        Poll::Ready(match ready!(items.as_mut().poll_next(cx)) {
            Some(Ok(item)) => {
                if item.id.is_some() {
                    this.last_id = item.id;
                }
                Some(Ok(item.value))
            }
            last => {
                this.items = None;
                last.map(|last| last.map(|item| item.value))
            }
        })
    }
}

impl<T, E> fmt::Debug for Streaming<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("last_event_id", &self.last_id)
            .finish_non_exhaustive()
    }
}
