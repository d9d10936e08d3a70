//! [`Item`]: a value of a stream, and its id.

use std::fmt::Display;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

/// One item of a [`Streaming`](super::Streaming): a value, and the id by which a reader that was cut
/// off can say where to go on (`Last-Event-ID`). A plain value is an item without an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<T> {
    /// The value.
    pub value: T,
    /// Its id; visible ASCII, since readers send it back in a header.
    pub id: Option<String>,
}

impl<T> Item<T> {
    /// An item without an id.
    pub fn new(value: T) -> Self {
        Self { value, id: None }
    }

    /// The same with an id: a version, an offset, a time. Visible ASCII, since readers send it
    /// back in a header; anything else ends the stream with a 500 problem, as an item that cannot
    /// be encoded does.
    #[must_use]
    pub fn with_id(mut self, id: impl Display) -> Self {
        self.id = Some(id.to_string());
        self
    }
}

impl<T> From<T> for Item<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

pin_project! {
    /// A stream of what becomes items, as a stream of items.
    pub(super) struct Items<S, T> {
        #[pin]
        stream: S,
        value: PhantomData<fn() -> T>,
    }
}

impl<S, T> Items<S, T> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            value: PhantomData,
        }
    }
}

impl<S, I, T, E> Stream for Items<S, T>
where
    S: Stream<Item = Result<I, E>>,
    I: Into<Item<T>>,
{
    type Item = Result<Item<T>, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let next = self.project().stream.poll_next(cx);
        next.map(|next| next.map(|item| item.map(Into::into)))
    }
}
