//! Bodies, out and in.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;

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
        let copy = self.copy().unwrap_or(Self::Whole(Bytes::new()));
        std::mem::replace(self, copy)
    }

    /// The same body for another attempt; `None` where it can be sent only once.
    pub(super) fn copy(&self) -> Option<Self> {
        match self {
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::Streaming(_) => None,
        }
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

/// The body of an answer. Dropped before its end, it closes its connection (HTTP/1.1) or resets its
/// stream (HTTP/2).
#[derive(Debug)]
pub(in crate::http::client) enum Body {
    Http1(Incoming),
    Http2 {
        stream: RecvStream,
        /// `content-length`; 0 where the answer does not say.
        declared: u64,
    },
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = WireError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WireError>>> {
        match self.get_mut() {
            Self::Http1(body) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(WireError::Http1)))
            }
            Self::Http2 { stream, .. } => {
                let frame = ready!(poll_stream(stream, cx));
                Poll::Ready(frame.map(|frame| frame.map_err(WireError::Http2)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Http1(body) => body.is_end_stream(),
            Self::Http2 { stream, .. } => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Http1(body) => body.size_hint(),
            Self::Http2 { declared, .. } => {
                let mut hint = SizeHint::new();
                hint.set_lower(*declared);
                hint
            }
        }
    }
}

fn poll_stream(
    stream: &mut RecvStream,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
    match ready!(stream.poll_data(cx)) {
        Some(Ok(data)) => {
            // The window opens again as far as was read, and no further: what nobody reads stays
            // with the callee.
            let released = stream.flow_control().release_capacity(data.len());
            Poll::Ready(Some(released.map(|()| Frame::data(data))))
        }
        Some(Err(error)) => Poll::Ready(Some(Err(error))),
        None => {
            let trailers = ready!(stream.poll_trailers(cx));
            Poll::Ready(trailers.transpose().map(|it| it.map(Frame::trailers)))
        }
    }
}

/// What the connection said.
#[derive(Debug)]
pub(in crate::http::client) enum WireError {
    Http1(hyper::Error),
    Http2(h2::Error),
}

impl WireError {
    /// The protocol whose rules the callee broke, if that is what happened.
    pub(in crate::http::client) fn broken_rules_of(&self) -> Option<&'static str> {
        match self {
            Self::Http1(error) if error.is_parse() => Some("HTTP/1.1"),
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
        }
    }
}

impl StdError for WireError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Http1(error) => error.source(),
            Self::Http2(error) => error.source(),
        }
    }
}
