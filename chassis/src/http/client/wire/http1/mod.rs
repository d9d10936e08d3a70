//! [`Kept`]: a connection of HTTP/1.1, which carries one call at a time.
//!
//! The calls read and write it themselves: there is no task and no channel between a caller and his
//! socket, which is a third of what a call would cost. What is on the wire is RFC 9112's:
//! `request.rs` writes it, `response.rs` reads the head by `httparse` and says how the body ends,
//! `chunked.rs` reads bodies of chunks. Whatever is not as it should be ends the connection, never
//! just the call: after it, nobody knows where the next answer begins.

mod chunked;
mod error;
mod request;
mod response;
#[cfg(test)]
mod tests;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::Method;
use http::response::Parts;
use http_body::{Frame, SizeHint};
use tokio::io::AsyncReadExt;

use self::chunked::Chunked;
pub(in crate::http::client) use self::error::Http1Error;
use self::request::Sending;
use super::{Addressed, Io, SendError, Wire, WireError};
use crate::context::carve;

/// Room for what is read at a time.
const READ: usize = 8 << 10;
/// Below this there is not room enough.
const LEAST: usize = 1 << 10;
/// A piece of a body up to this size is copied, so that it does not keep the room it was read into.
const SMALL: usize = 1 << 10;

/// A connection, and how far its last exchange is.
pub(in crate::http::client) struct Kept {
    io: Io,
    sending: Sending,
    received: BytesMut,
    reading: Reading,
    /// Whether both sides want another exchange.
    is_persistent: bool,
}

/// What comes next of an answer.
#[derive(Debug)]
enum Reading {
    Head,
    /// So many bytes of the body.
    Length(u64),
    Chunked(Chunked),
    /// All until the other side closes.
    Rest,
    /// Nothing.
    Done,
}

impl Kept {
    /// Speaks HTTP/1.1 over `io`.
    pub(in crate::http::client) fn new(io: Io) -> Self {
        Self {
            io,
            sending: Sending::default(),
            received: BytesMut::new(),
            reading: Reading::Done,
            is_persistent: true,
        }
    }

    /// Whether the other side is silent, as it should be between two exchanges: it has neither
    /// closed nor sent what nobody asked for.
    pub(in crate::http::client) fn is_quiet(&mut self) -> bool {
        self.io.is_quiet()
    }

    /// The exchange is over. Gives whether there may be another one; then `waker` is woken as soon as
    /// the other side is no longer silent.
    pub(in crate::http::client) fn rest(&mut self, waker: &Waker) -> bool {
        let is_whole = matches!(self.reading, Reading::Done) && self.sending.is_done();
        is_whole && self.is_persistent && self.received.is_empty() && self.io.watch(waker)
    }

    /// Sends a request, and gives the head of the answer as soon as it is there.
    pub(in crate::http::client) async fn send(
        &mut self,
        request: &Wire,
        addressed: &Addressed<'_>,
    ) -> Result<Parts, SendError> {
        self.sending.begin(request, addressed);
        self.reading = Reading::Head;
        let begun = poll_fn(|cx| self.sending.poll_begun(&mut self.io, cx)).await;
        begun.map_err(|error| SendError::Unsent(Http1Error::Io(error).into()))?;
        let body = request.body.take().ok_or_else(SendError::gone)?;
        self.sending.goes_on_with(body);
        let mut answer = Answer {
            is_head: request.method == Method::HEAD,
            unwritten: None,
        };
        let head = poll_fn(|cx| self.poll_answer(&mut answer, cx)).await;
        head.map_err(|error| SendError::Broken(error.into()))
    }

    /// Writes what is left of the request, and reads the head of the answer, which may come before
    /// all is written.
    fn poll_answer(
        &mut self,
        answer: &mut Answer,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Parts, Http1Error>> {
        if answer.unwritten.is_none()
            && let Poll::Ready(Err(error)) = self.sending.poll(&mut self.io, cx)
        {
            if let Http1Error::Body(_) = error {
                return Poll::Ready(Err(error));
            }
            // Who refuses a request may answer before he closes.
            answer.unwritten = Some(error);
        }
        loop {
            if let Some(head) = response::parse(&mut self.received, answer.is_head)? {
                self.reading = head.reading;
                self.is_persistent = head.is_persistent && answer.unwritten.is_none();
                return Poll::Ready(Ok(head.parts));
            }
            match ready!(self.poll_more(cx)) {
                Ok(0) => return Poll::Ready(Err(answer.end(self.received.is_empty()))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(answer.or(error))),
            }
        }
    }

    /// Reads once; 0 bytes are the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.received.capacity() - self.received.len() < LEAST {
            self.received.reserve(READ);
        }
        pin!(self.io.read_buf(&mut self.received)).poll(cx)
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Http1Error>>> {
        if !self.sending.is_done() {
            // An answer that began before its request was all written needs the rest of it.
            if let Poll::Ready(Err(_)) = self.sending.poll(&mut self.io, cx) {
                self.is_persistent = false;
            }
        }
        loop {
            match self.take_data() {
                Ok(Some(data)) => return Poll::Ready(Some(Ok(data))),
                Ok(None) if matches!(self.reading, Reading::Done) => return Poll::Ready(None),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(self.broken(error)))),
            }
            match ready!(self.poll_more(cx)) {
                Ok(0) if matches!(self.reading, Reading::Rest) => self.reading = Reading::Done,
                Ok(0) => {
                    let error = self.broken(Http1Error::Incomplete);
                    return Poll::Ready(Some(Err(error)));
                }
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(self.broken(error.into())))),
            }
        }
    }

    /// What is there of the body; `None`: more must be read, or it is at its end.
    fn take_data(&mut self) -> Result<Option<Bytes>, Http1Error> {
        let received = &mut self.received;
        let (most, is_last) = match &mut self.reading {
            Reading::Head | Reading::Done => return Ok(None),
            Reading::Rest => (received.len(), false),
            Reading::Length(left) => {
                let most = received
                    .len()
                    .min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= most as u64;
                (most, *left == 0)
            }
            Reading::Chunked(chunked) => match chunked.next(received)? {
                chunked::Next::Data(most) => (most, false),
                chunked::Next::More => (0, false),
                chunked::Next::End => (0, true),
            },
        };
        if is_last {
            self.reading = Reading::Done;
        }
        Ok((most > 0).then(|| take(&mut self.received, most)))
    }

    /// Nothing that comes can be trusted any more.
    fn broken(&mut self, error: Http1Error) -> Http1Error {
        self.reading = Reading::Done;
        self.is_persistent = false;
        error
    }
}

/// The first `most` bytes of what was received.
fn take(received: &mut BytesMut, most: usize) -> Bytes {
    if most > SMALL {
        return received.split_to(most).freeze();
    }
    let data = carve(&received[..most]);
    received.advance(most);
    data
}

/// An answer that is awaited.
struct Answer {
    /// It has no body, whatever it says of one.
    is_head: bool,
    /// Why the request could not be written to its end.
    unwritten: Option<Http1Error>,
}

impl Answer {
    /// Nothing more comes.
    fn end(&mut self, is_silent: bool) -> Http1Error {
        let error = self.unwritten.take();
        error.unwrap_or(match is_silent {
            true => Http1Error::Silent,
            false => Http1Error::Incomplete,
        })
    }

    fn or(&mut self, error: io::Error) -> Http1Error {
        self.unwritten.take().unwrap_or(Http1Error::Io(error))
    }
}

/// The body of the answer.
impl http_body::Body for Kept {
    type Data = Bytes;
    type Error = WireError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WireError>>> {
        let data = ready!(self.get_mut().poll_data(cx));
        Poll::Ready(data.map(|data| data.map(Frame::data).map_err(WireError::Http1)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.reading, Reading::Done | Reading::Length(0))
    }

    fn size_hint(&self) -> SizeHint {
        match self.reading {
            Reading::Length(left) => SizeHint::with_exact(left),
            Reading::Done => SizeHint::with_exact(0),
            _ => SizeHint::new(),
        }
    }
}
