//! [`Slot`]: one call on a connection of HTTP/2.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http::response::Parts;
use http::{Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::super::{Addressed, SendError, Wire, WireError};
use super::Multiplexed;
use super::body::{poll_stream, send_body};

/// The place of one call on a connection, from before it begins until its answer is read.
#[derive(Debug)]
pub(in crate::http::client) struct Slot {
    connection: Arc<Multiplexed>,
    /// The request is sent, and the answer has not begun.
    is_awaited: bool,
    body: Option<Coming>,
}

/// The body of an answer. Dropped before its end, its stream is reset.
#[derive(Debug)]
struct Coming {
    stream: RecvStream,
    /// `content-length`; 0 where the answer does not say.
    declared: u64,
}

impl Slot {
    /// A place on `connection`, which has been counted.
    pub(super) fn new(connection: Arc<Multiplexed>) -> Self {
        Self {
            connection,
            is_awaited: false,
            body: None,
        }
    }

    /// The call is over, its answer read.
    pub(in crate::http::client) fn give_back(self, now: Instant) {
        let connection = &self.connection;
        let since = now.saturating_duration_since(connection.born).as_millis();
        connection.idle_since.store(since as u64, Ordering::Relaxed);
    }

    /// Sends a request, and gives the head of the answer as soon as it is there.
    pub(in crate::http::client) async fn send(
        &mut self,
        request: &Wire,
        addressed: &Addressed<'_>,
    ) -> Result<Parts, SendError> {
        let head = self.connection.head(request, addressed);
        let body = request.body.take().ok_or_else(SendError::gone)?;
        let is_empty = body.is_end_stream();
        let mut sender = self.connection.sender.clone();
        let sent = sender.send_request(head, is_empty);
        // What it refuses it has not begun to send: it is closed, or has no number left for a
        // stream.
        let (response, stream) = sent.map_err(|error| self.unsent(request, error))?;
        if !is_empty {
            send_body(stream, body);
        }
        self.is_awaited = true;
        let answered = response.await;
        self.is_awaited = false;
        match answered {
            Ok(response) => Ok(self.received(response)),
            Err(error) if is_unprocessed(&error) => Err(self.unsent(request, error)),
            Err(error) => Err(SendError::Broken(WireError::Http2(error))),
        }
    }

    fn unsent(&self, request: &Wire, error: h2::Error) -> SendError {
        if !error.is_reset() {
            let signals = &self.connection.signals;
            signals.is_over.store(true, Ordering::Release);
        }
        match request.body.streams() {
            // Its body is gone.
            true => SendError::Broken(WireError::Http2(error)),
            false => SendError::Unsent(WireError::Http2(error)),
        }
    }

    fn received(&mut self, response: Response<RecvStream>) -> Parts {
        let (head, stream) = response.into_parts();
        let declared = head.headers.get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|value| value.to_str().ok()?.parse().ok());
        self.body = Some(Coming {
            stream,
            declared: declared.unwrap_or(0),
        });
        head
    }
}

/// The body of the answer.
impl HttpBody for Slot {
    type Data = Bytes;
    type Error = WireError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WireError>>> {
        let Some(body) = &mut self.get_mut().body else {
            return Poll::Ready(None);
        };
        let frame = ready!(poll_stream(&mut body.stream, cx));
        Poll::Ready(frame.map(|frame| frame.map_err(WireError::Http2)))
    }

    fn is_end_stream(&self) -> bool {
        let body = self.body.as_ref();
        body.is_none_or(|body| body.stream.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.body.as_ref().map_or(0, |body| body.declared));
        hint
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let signals = &self.connection.signals;
        signals.streams.fetch_sub(1, Ordering::Relaxed);
        self.connection.freed.notify_one();
        if self.is_awaited {
            signals.suspect.notify_one();
        }
    }
}

/// Whether the callee says that it has not begun: by REFUSED_STREAM, or by a GOAWAY whose last
/// stream is before this one. `h2` reports a GOAWAY of the other side on no other.
fn is_unprocessed(error: &h2::Error) -> bool {
    let is_refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    error.is_remote() && (is_refused || error.is_go_away())
}
