//! [`Body`]: the body of an answer.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::connection::Busy;
use super::streaming::Streaming;

/// The body of an answer: whole, or items, where a contract answered; a stream where a merged
/// router did.
#[derive(Debug, Default)]
pub struct Body(Kind);

#[derive(Debug, Default)]
enum Kind {
    #[default]
    Empty,
    Whole(Bytes),
    /// The connection counts as busy until the stream ends.
    Stream(axum::body::Body, Option<Busy>, Endless),
    /// Items of a contract.
    Items(Streaming),
}

/// Whether the stream goes on until somebody ends it: server-sent events. Its reader comes back by
/// itself, so a drain may end it; to cut off anything else would lose its end.
type Endless = bool;

impl Body {
    /// All of it at once.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self(if bytes.is_empty() {
            Kind::Empty
        } else {
            Kind::Whole(bytes)
        })
    }

    /// Items of a contract, as they come.
    pub(super) fn items(items: Streaming) -> Self {
        Self(Kind::Items(items))
    }

    /// What a merged router answers, bit by bit; `busy` is let go when it ends.
    pub(super) fn stream(body: axum::body::Body, busy: Busy, endless: Endless) -> Self {
        Self(Kind::Stream(body, Some(busy), endless))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        match &mut this.0 {
            Kind::Empty => Poll::Ready(None),
            Kind::Whole(bytes) => {
                let frame = Frame::data(std::mem::take(bytes));
                this.0 = Kind::Empty;
                Poll::Ready(Some(Ok(frame)))
            }
            Kind::Items(items) => items.poll(cx).map_ok(Frame::data).map_err(axum::Error::new),
            Kind::Stream(_, Some(busy), true) if busy.conn().is_draining() => {
                this.0 = Kind::Empty;
                Poll::Ready(None)
            }
            Kind::Stream(body, busy, _) => {
                let frame = Pin::new(body).poll_frame(cx);
                if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
                    *busy = None;
                }
                frame
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Empty => true,
            Kind::Whole(_) => false,
            Kind::Items(items) => items.is_over(),
            Kind::Stream(body, ..) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Items(_) => SizeHint::default(),
            Kind::Stream(body, ..) => body.size_hint(),
        }
    }
}
