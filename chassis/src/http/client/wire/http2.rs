//! [`Multiplexed`]: a connection of HTTP/2, which carries many calls, each in a [`Slot`].

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream, SendStream};
use http::response::Parts;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Request, Response, Uri, Version, header, uri};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{Notify, oneshot};

use super::body::Streaming;
pub(in crate::http::client) use super::keep_alive::KeepAlive;
use super::keep_alive::{Signals, drive};
use super::{Addressed, Io, SendBody, SendError, Wire, WireError};
use crate::context::Env;
use crate::contract::spare_headers;
use crate::http::client::limit::within;

/// What the callee may send before we read it: for one call, and for all calls of a connection. It
/// bounds the memory that answers nobody reads may take.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// Headers of an answer that are taken, in bytes.
const MAX_HEADER_BYTES: u32 = 64 << 10;
/// What is written of a body before the callee's window opens.
const SEND_BUFFER: usize = 256 << 10;
/// Calls at once on one connection, also where the callee would take more: beyond it, one lost packet
/// delays too many of them.
const MAX_STREAMS: usize = 1_000;

/// The sending end of a connection. It is closed when the last clone and the last call are gone.
#[derive(Debug)]
pub(in crate::http::client) struct Multiplexed {
    sender: SendRequest<Bytes>,
    signals: Arc<Signals>,
    scheme: Scheme,
    authority: Authority,
    /// Told when a call is over.
    freed: Arc<Notify>,
    born: Instant,
    /// How long it may live.
    age: Duration,
    /// When the last call was over, in milliseconds after `born`.
    idle_since: AtomicU64,
}

/// Where a connection leads, and what its pool wants of it.
pub(in crate::http::client) struct Opening<'a> {
    pub(in crate::http::client) env: &'a Env,
    pub(in crate::http::client) scheme: Scheme,
    pub(in crate::http::client) authority: Authority,
    pub(in crate::http::client) keep_alive: KeepAlive,
    pub(in crate::http::client) age: Duration,
    pub(in crate::http::client) freed: Arc<Notify>,
    pub(in crate::http::client) until: Instant,
}

fn not_spoken(what: &str) -> Box<dyn Error + Send + Sync> {
    format!("expected HTTP/2: {what}; does the instance speak it? (`protocol`)").into()
}

impl Multiplexed {
    /// Begins to speak HTTP/2 over `io`, and waits for the settings of the other side: how many calls
    /// it takes, and that it speaks HTTP/2 at all.
    #[expect(
        clippy::disallowed_methods,
        reason = "a connection outlives the call that opened it, so it must not carry its context"
    )]
    pub(in crate::http::client) async fn open(
        io: Io,
        opening: Opening<'_>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let signals = Arc::<Signals>::default();
        let io = io.noting(Arc::clone(&signals.heard));
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_BYTES)
            .max_send_buffer_size(SEND_BUFFER)
            .enable_push(false)
            .handshake(io)
            .await?;
        let env = opening.env.clone();
        let (told, begun) = oneshot::channel();
        let shared = Arc::clone(&signals);
        drop(tokio::spawn(drive(
            connection,
            shared,
            opening.keep_alive,
            env,
            told,
        )));
        match within(opening.env, opening.until, begun).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => return Err(not_spoken(&error.to_string())),
            Ok(Err(_)) => return Err(not_spoken("the connection was closed")),
            Err(_) => return Err(not_spoken("nothing came in time")),
        }
        Ok(Self {
            sender,
            signals,
            scheme: opening.scheme,
            authority: opening.authority,
            freed: opening.freed,
            born: opening.env.now(),
            age: opening.age,
            idle_since: AtomicU64::new(0),
        })
    }

    /// Closed or going away.
    pub(in crate::http::client) fn is_over(&self) -> bool {
        self.signals.is_over.load(Ordering::Acquire)
    }

    /// Old enough to be replaced.
    pub(in crate::http::client) fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.born) >= self.age
    }

    /// Without a call for `limit`.
    pub(in crate::http::client) fn is_idle(&self, limit: Duration, now: Instant) -> bool {
        let since = Duration::from_millis(self.idle_since.load(Ordering::Relaxed));
        let age = now.saturating_duration_since(self.born);
        self.signals.streams.load(Ordering::Relaxed) == 0 && age.saturating_sub(since) >= limit
    }

    /// A place for one call, if the callee takes one more. Only one thread may ask at a time.
    pub(in crate::http::client) fn slot(self: &Arc<Self>) -> Option<Slot> {
        let most = self.sender.current_max_send_streams().min(MAX_STREAMS);
        let streams = &self.signals.streams;
        if streams.load(Ordering::Relaxed) >= most {
            return None;
        }
        streams.fetch_add(1, Ordering::Relaxed);
        Some(Slot {
            connection: Arc::clone(self),
            is_awaited: false,
            body: None,
        })
    }
}

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

impl Multiplexed {
    /// What HTTP/2 says otherwise: the whole URI, and no headers about the connection.
    fn head(&self, request: &Wire, addressed: &Addressed<'_>) -> Request<()> {
        let mut uri = uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(request.target.clone());
        let mut head = Request::new(());
        if let Ok(uri) = Uri::from_parts(uri) {
            *head.uri_mut() = uri;
        }
        *head.method_mut() = request.method.clone();
        *head.version_mut() = Version::HTTP_2;
        let mut headers = spare_headers();
        if !request.headers.is_empty() {
            headers.extend(request.headers.clone());
            remove_connection_headers(&mut headers);
        }
        addressed.write(&mut headers);
        *head.headers_mut() = headers;
        head
    }
}

fn remove_connection_headers(headers: &mut HeaderMap) {
    headers.remove(header::HOST);
    for name in [
        header::CONNECTION,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::HeaderName::from_static("keep-alive"),
        header::HeaderName::from_static("proxy-connection"),
    ] {
        headers.remove(name);
    }
}

/// Whether the callee says that it has not begun: by REFUSED_STREAM, or by a GOAWAY whose last
/// stream is before this one. `h2` reports a GOAWAY of the other side on no other.
fn is_unprocessed(error: &h2::Error) -> bool {
    let is_refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    error.is_remote() && (is_refused || error.is_go_away())
}

/// Sends a body. One that is whole is handed over at once; one that streams has a task, because the
/// callee may answer before it has read it.
#[expect(
    clippy::disallowed_methods,
    reason = "it ends with the stream, and does nothing that a context belongs to"
)]
fn send_body(mut stream: SendStream<Bytes>, body: SendBody) {
    match body {
        // A connection that is gone says so to the one who awaits the answer.
        SendBody::Whole(bytes) => drop(stream.send_data(bytes, true)),
        SendBody::Streaming(body) => drop(tokio::spawn(async move {
            if pump(&mut stream, body).await.is_err() {
                stream.send_reset(Reason::CANCEL);
            }
        })),
    }
}

/// The stream was given up, or its body failed.
struct Stopped;

async fn pump(stream: &mut SendStream<Bytes>, mut body: Streaming) -> Result<(), Stopped> {
    loop {
        let frame = poll_fn(|cx| {
            if stream.poll_reset(cx).is_ready() {
                return Poll::Ready(Some(Err(Stopped)));
            }
            let frame = body.as_mut().poll_frame(cx);
            frame.map(|frame| frame.map(|frame| frame.map_err(|_| Stopped)))
        });
        let Some(frame) = frame.await.transpose()? else {
            return stream.send_data(Bytes::new(), true).map_err(|_| Stopped);
        };
        match frame.into_data() {
            Ok(data) => send_chunk(stream, data).await?,
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                return stream.send_trailers(trailers).map_err(|_| Stopped);
            }
        }
    }
}

/// Sends as much at a time as the callee's window allows, so that a slow one stops the body.
async fn send_chunk(stream: &mut SendStream<Bytes>, mut data: Bytes) -> Result<(), Stopped> {
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let capacity = poll_fn(|cx| stream.poll_capacity(cx)).await;
        let Some(Ok(capacity)) = capacity else {
            return Err(Stopped);
        };
        let now = data.split_to(capacity.min(data.len()));
        stream.send_data(now, false).map_err(|_| Stopped)?;
    }
    Ok(())
}
