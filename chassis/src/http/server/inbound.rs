//! [`Inbound`]: the body of a request, wherever it comes from.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request. One type for all sources, so that the edge is compiled once.
#[derive(Debug)]
pub(super) enum Inbound {
    /// From a connection of our own server.
    Wire(Incoming),
    /// Through axum: behind layers, or in a foreign program.
    Axum(axum::body::Body),
    /// Already whole: a call within the process.
    Whole(Bytes),
}

impl Inbound {
    /// What is whole of it already, without waiting.
    pub(super) fn into_whole(self) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Wire(_) | Self::Axum(_) => Bytes::new(),
        }
    }

    /// The same as axum's body, for merged routers and layers.
    pub(super) fn into_axum(self) -> axum::body::Body {
        match self {
            // An empty one needs no box.
            Self::Wire(body) if body.is_end_stream() => axum::body::Body::empty(),
            Self::Wire(body) => axum::body::Body::new(body),
            Self::Axum(body) => body,
            Self::Whole(bytes) => bytes.into(),
        }
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Wire(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Self::Axum(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Wire(body) => body.is_end_stream(),
            Self::Axum(body) => body.is_end_stream(),
            Self::Whole(bytes) => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Wire(body) => body.size_hint(),
            Self::Axum(body) => body.size_hint(),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}
