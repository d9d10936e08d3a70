//! What carries an answer that may be a stream: [`Body`] on the server's side, [`Received`] on the
//! client's.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;

use super::write::Frames;
use crate::CallError;

/// The body of a [`Reply`](crate::contract::Reply).
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// Items, encoded one by one.
    Frames(Frames),
}

impl Body {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::Whole(bytes.into())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => f.debug_tuple("Whole").field(bytes).finish(),
            Self::Frames(frames) => f.debug_tuple("Frames").field(frames).finish(),
        }
    }
}

/// The body of an answer to [`Transport::stream`](crate::contract::Transport::stream).
pub enum Received {
    /// All of it: what is no stream, such as a problem.
    Whole(Bytes),
    /// It still comes.
    Chunks(Pin<Box<dyn Chunks>>),
}

impl Received {
    /// What is whole, as if it came.
    pub(in crate::contract) fn chunks(bytes: Bytes) -> Pin<Box<dyn Chunks>> {
        Box::pin(Whole(Some(bytes)))
    }
}

/// Bytes that are there already.
struct Whole(Option<Bytes>);

impl Chunks for Whole {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole(_) => "Received(whole)",
            Self::Chunks(_) => "Received(chunks)",
        })
    }
}

/// The bytes of a stream as a transport gives them, cut anywhere.
///
/// Dropping it tells the callee that nobody reads any more. A transport counts the crossing's end
/// then: as cancelled, unless [`end`](Self::end) was called before.
pub trait Chunks: Send {
    /// The next bytes; `None` where the callee ended the body in order.
    fn poll_chunk(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>>;

    /// How many bytes one item may have.
    fn max_item(&self) -> usize {
        1 << 20
    }

    /// An item was read.
    fn item(self: Pin<&mut Self>) {}

    /// The stream is over: in order, or by an error of this `error.type`.
    fn end(self: Pin<&mut Self>, error_type: Option<&'static str>) {
        let _ = error_type;
    }
}
