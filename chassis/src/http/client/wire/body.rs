//! The body of a request, and what can go wrong on the wire.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::http1::Http1Error;

type Source = Box<dyn StdError + Send + Sync>;
pub(super) type Streaming = Pin<Box<dyn HttpBody<Data = Bytes, Error = Source> + Send>>;

/// The body of a request.
pub(in crate::http::client) enum SendBody {
    /// All of it, or what of it is left. Empty: there is none.
    Whole(Bytes),
    /// As it comes. It can be sent once.
    Streaming(Streaming),
}

impl SendBody {
    /// The body, to be sent: what can be sent again stays here, too.
    pub(in crate::http::client) fn take(&mut self) -> Self {
        let copy = match self {
            Self::Whole(bytes) => bytes.clone(),
            Self::Streaming(_) => Bytes::new(),
        };
        std::mem::replace(self, Self::Whole(copy))
    }
}

impl HttpBody for SendBody {
    type Data = Bytes;
    type Error = Source;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Source>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Streaming(body) => body.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Streaming(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Streaming(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for SendBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Streaming(_) => f.write_str("a stream"),
        }
    }
}

/// What the connection said.
#[derive(Debug)]
pub(in crate::http::client) enum WireError {
    Http1(Http1Error),
    Http2(h2::Error),
    /// The request is no longer there.
    Gone,
}

impl From<Http1Error> for WireError {
    fn from(error: Http1Error) -> Self {
        Self::Http1(error)
    }
}

impl WireError {
    /// The protocol whose rules the callee broke, if that is what happened.
    pub(in crate::http::client) fn broken_rules_of(&self) -> Option<&'static str> {
        match self {
            Self::Http1(Http1Error::Rules(_)) => Some("HTTP/1.1"),
            // What this side noticed and reported, as opposed to what the other side did.
            Self::Http2(error) if error.is_library() => Some("HTTP/2"),
            _ => None,
        }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http1(error) => error.fmt(f),
            Self::Http2(error) => error.fmt(f),
            Self::Gone => f.write_str("its body can be sent only once"),
        }
    }
}

impl StdError for WireError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Http1(error) => error.source(),
            Self::Http2(error) => error.source(),
            Self::Gone => None,
        }
    }
}
