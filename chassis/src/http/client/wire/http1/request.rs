//! [`Sending`]: a request on its way out (RFC 9112, 3 and 6).

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::{HeaderName, HeaderValue, header};
use tokio::io::AsyncWrite;

use super::super::body::Streaming;
use super::super::{Addressed, Content, Io, SendBody, Wire};
use super::Http1Error;
use crate::context::{Setter, headers};

/// A body up to this size is written together with the head.
const TOGETHER: usize = 4 << 10;

/// What is left of a request to be written.
#[derive(Default)]
pub(super) struct Sending {
    /// The head, or what stands between two chunks.
    text: Vec<u8>,
    /// How much of it is written.
    written: usize,
    /// Comes after it.
    data: Bytes,
    /// What streams, and how it is marked off.
    body: Option<Streaming>,
    frames: Frames,
    is_unflushed: bool,
}

/// How a body that streams is marked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Frames {
    /// There is nothing.
    #[default]
    None,
    /// So many bytes are left of what `content-length` said.
    Length(u64),
    /// By chunks, of which there was none yet, or one.
    Chunks { is_first: bool },
}

impl Sending {
    /// The head of `request`, and its body where that is small.
    pub(super) fn begin(&mut self, request: &Wire, addressed: &Addressed<'_>) {
        self.text.clear();
        self.written = 0;
        self.data.clear();
        self.body = None;
        self.is_unflushed = true;
        let text = &mut self.text;
        text.extend_from_slice(request.method.as_str().as_bytes());
        text.push(b' ');
        text.extend_from_slice(request.target.as_str().as_bytes());
        text.extend_from_slice(b" HTTP/1.1\r\n");
        let mut lines = Lines(text);
        lines.line(&header::HOST, addressed.host.as_bytes());
        addressed.write(&mut lines);
        if !request.headers.is_empty() {
            own_headers(request, text);
        }
        self.frames = Frames::of(request);
        self.frames.write(text);
        text.extend_from_slice(b"\r\n");
        if let Content::Whole(body) = &request.body
            && body.len() <= TOGETHER
        {
            text.extend_from_slice(body);
        }
    }

    /// The body of the request that was begun.
    pub(super) fn goes_on_with(&mut self, body: SendBody) {
        match body {
            SendBody::Whole(body) if body.len() <= TOGETHER => {}
            SendBody::Whole(body) => self.data = body,
            SendBody::Streaming(body) => self.body = Some(body),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.written == self.text.len()
            && self.data.is_empty()
            && self.body.is_none()
            && !self.is_unflushed
    }

    /// Writes until a byte of the head is out.
    pub(super) fn poll_begun(&mut self, io: &mut Io, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written = ready!(write(io, cx, &self.text))?;
        Poll::Ready(Ok(()))
    }

    /// Writes all that is left.
    pub(super) fn poll(
        &mut self,
        io: &mut Io,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Http1Error>> {
        loop {
            while self.written < self.text.len() {
                self.written += ready!(write(io, cx, &self.text[self.written..]))?;
            }
            while !self.data.is_empty() {
                let written = ready!(write(io, cx, &self.data))?;
                self.data.advance(written);
            }
            if self.body.is_none() {
                break;
            }
            ready!(self.poll_body(cx))?;
            self.is_unflushed = true;
        }
        if self.is_unflushed {
            ready!(Pin::new(io).poll_flush(cx))?;
            self.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Takes the next piece of the body that streams.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Http1Error>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(()));
        };
        let frame = ready!(body.as_mut().poll_frame(cx));
        let frame = frame.transpose().map_err(Http1Error::Body)?;
        // Trailers are passed over.
        let data = frame.map(|frame| frame.into_data().unwrap_or_default());
        self.text.clear();
        self.written = 0;
        match (data, &mut self.frames) {
            (Some(data), Frames::Length(left)) => {
                let less = left.checked_sub(data.len() as u64);
                *left = less.ok_or_else(|| odd("longer"))?;
                self.data = data;
            }
            (None, Frames::Length(0)) | (_, Frames::None) => self.body = None,
            (None, Frames::Length(_)) => return Poll::Ready(Err(odd("shorter"))),
            // A chunk of nothing would be the end.
            (Some(data), Frames::Chunks { .. }) if data.is_empty() => {}
            (Some(data), Frames::Chunks { is_first }) => {
                let before = if *is_first { "" } else { "\r\n" };
                *is_first = false;
                write!(self.text, "{before}{:x}\r\n", data.len())?;
                self.data = data;
            }
            (None, Frames::Chunks { is_first }) => {
                let end: &[u8] = if *is_first {
                    b"0\r\n\r\n"
                } else {
                    b"\r\n0\r\n\r\n"
                };
                self.text.extend_from_slice(end);
                self.body = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

fn odd(how: &str) -> Http1Error {
    Http1Error::Body(format!("it is {how} than its `content-length`").into())
}

fn write(io: &mut Io, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
    match ready!(Pin::new(io).poll_write(cx, bytes))? {
        0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
        written => Poll::Ready(Ok(written)),
    }
}

/// What a context may write.
const CARRIED: [HeaderName; 7] = [
    headers::TRACEPARENT,
    headers::TRACESTATE,
    headers::BAGGAGE,
    headers::EXPECTED_TIMEOUT,
    headers::REQUEST_ID,
    headers::PRIORITY,
    headers::ATTEMPT_COUNT,
];

/// Headers as lines of text.
pub(super) struct Lines<'a>(pub(super) &'a mut Vec<u8>);

impl Lines<'_> {
    fn line(&mut self, name: &HeaderName, value: &[u8]) {
        self.0.extend_from_slice(name.as_str().as_bytes());
        self.0.extend_from_slice(b": ");
        self.0.extend_from_slice(value);
        self.0.extend_from_slice(b"\r\n");
    }
}

impl Setter for Lines<'_> {
    fn set(&mut self, name: HeaderName, value: &[u8]) {
        // What could end the line early is left out, as a map of headers would.
        if value.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            self.line(&name, value);
        }
    }
}

/// The headers that the request brought, but for those that were written already, and those that
/// say how the body ends.
#[cold]
fn own_headers(request: &Wire, text: &mut Vec<u8>) {
    let written = text.len();
    for (name, value) in &request.headers {
        let is_framing = name == header::CONTENT_LENGTH || name == header::TRANSFER_ENCODING;
        let is_ours = name == header::HOST || is_written(&text[..written], name);
        if !is_framing && !is_ours {
            Lines(text).line(name, value.as_bytes());
        }
    }
}

/// Whether the context has written it, which knows better.
fn is_written(text: &[u8], name: &HeaderName) -> bool {
    let line = |line: &[u8]| {
        let rest = line.strip_prefix(name.as_str().as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b":"))
    };
    CARRIED.contains(name) && text.split(|byte| *byte == b'\n').any(line)
}

impl Frames {
    fn of(request: &Wire) -> Self {
        let said = request.headers.get(header::CONTENT_LENGTH);
        match &request.body {
            Content::Whole(body) if !body.is_empty() => Self::Length(body.len() as u64),
            // One that says that it is empty is not the same as none.
            Content::Whole(_) => said.map_or(Self::None, |_| Self::Length(0)),
            Content::Streaming { length, .. } => {
                let length = said.and_then(number).or(*length);
                length.map_or(Self::Chunks { is_first: true }, Self::Length)
            }
        }
    }

    fn write(self, text: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Length(length) => {
                let mut lines = Lines(text);
                lines.line(&header::CONTENT_LENGTH, length.to_string().as_bytes());
            }
            Self::Chunks { .. } => Lines(text).line(&header::TRANSFER_ENCODING, b"chunked"),
        }
    }
}

fn number(value: &HeaderValue) -> Option<u64> {
    value.to_str().ok()?.parse().ok()
}
