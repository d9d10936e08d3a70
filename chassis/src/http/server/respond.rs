//! From a [`Reply`] to the answer on the wire.

use std::mem;
use std::sync::{Arc, Mutex};

use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName,
    LOCATION, RETRY_AFTER,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Body as _;

use super::body::Body;
use super::exchange::{Ending, Exchange};
use super::problems;
use super::streaming::Streaming;
use super::text::carve;
use super::watch::Watches;
use crate::Context;
use crate::contract::{self, Frames, Reply};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What nginx reads: it would hold items back until it has a page full of them.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const NO: HeaderValue = HeaderValue::from_static("no");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Says to callers, and to those above them, that trying again only adds to what is too much already.
const RETRY: HeaderName = HeaderName::from_static("retry");
const EXHAUSTED: HeaderValue = HeaderValue::from_static("exhausted");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Answers with `reply`, in the request's header map where that was kept.
pub(super) fn reply(mut exchange: Box<Exchange>, reply: Reply) -> Response<Body> {
    let headers = exchange.headers.take().unwrap_or_default();
    reply_in(exchange, headers, reply)
}

/// Answers with `reply` in `headers`, the request's map emptied: hyper takes it back for the next
/// request, so that none is allocated.
pub(super) fn reply_in(
    mut exchange: Box<Exchange>,
    mut headers: HeaderMap,
    reply: Reply,
) -> Response<Body> {
    if let Some(content_type) = reply.content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(location) = reply.location {
        headers.insert(LOCATION, location);
    }
    if !reply.retry.is_empty() {
        reply.retry.write(&mut headers);
    }
    enough(&exchange, reply.status, &mut headers);
    for (name, value) in reply.headers {
        headers.insert(name, value);
    }
    if let Some(cause) = &reply.cause {
        say_cause(&exchange.context, reply.status, cause);
    }
    sign(&exchange, &mut headers);
    rate(&exchange, &mut headers);
    let bytes = match reply.body {
        contract::Body::Whole(bytes) => bytes,
        contract::Body::Frames(frames) => return streaming(exchange, headers, frames),
    };
    let ending = Ending::new(reply.status, reply.error_type, bytes.len() as u64);
    exchange.record(&ending, None);
    let mut response = Response::new(body(&exchange, &mut headers, bytes));
    *response.status_mut() = reply.status;
    // An empty map holds nothing that could leak, and dropping it costs as much as finding a header.
    mem::forget(mem::replace(response.headers_mut(), headers));
    response
}

/// 200 with items as they come. The request is recorded when they are over.
fn streaming(
    mut exchange: Box<Exchange>,
    mut headers: HeaderMap,
    frames: Frames,
) -> Response<Body> {
    let streams = exchange.edge().streams();
    if !exchange.head && !streams.enter() {
        let full = problems::too_many_streams(streams.limit());
        headers.clear();
        exchange.headers = Some(headers);
        return retry_after(reply(exchange, full), 1);
    }
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(ACCEL_BUFFERING, NO);
    let mut response = Response::new(Body::default());
    *response.headers_mut() = headers;
    if exchange.head {
        exchange.record(&Ending::new(StatusCode::OK, None, 0), None);
        return response;
    }
    // The call is over: its place among those at work is free.
    drop(exchange.busy.hand_over());
    *response.body_mut() = Body::items(Streaming::open(exchange, frames));
    response
}

/// Why a call failed: its caller is told only the kind. 500 is our own fault; 502, 503 and 504 are
/// somebody else's, and may come in numbers.
#[cold]
pub(super) fn say_cause(context: &Context, status: StatusCode, cause: &str) {
    context.enter(|| match status {
        StatusCode::INTERNAL_SERVER_ERROR => tracing::error!("a call failed: {cause}"),
        _ => tracing::warn!("a call failed: {cause}"),
    });
}

/// HEAD is answered with the length of what GET would have answered, and without it.
fn body(exchange: &Exchange, headers: &mut HeaderMap, bytes: bytes::Bytes) -> Body {
    if exchange.head {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        return Body::default();
    }
    Body::whole(bytes)
}

/// A merged router's answer: its own, with the request's id if it set none.
pub(super) fn routed(
    mut exchange: Box<Exchange>,
    response: axum::response::Response,
    watches: Option<&Watches>,
) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    if !parts.headers.contains_key(REQUEST_ID) {
        sign(&exchange, &mut parts.headers);
    } else if exchange.http1 && exchange.conn().is_closing() {
        parts.headers.insert(CONNECTION, CLOSE);
    }
    rate(&exchange, &mut parts.headers);
    enough(&exchange, parts.status, &mut parts.headers);
    let behind = parts.extensions.remove::<Behind>();
    if let Some(frames) = behind.as_ref().and_then(Behind::frames) {
        // A layer may have announced what it would have made of the body, which it has not seen.
        parts.headers.remove(CONTENT_ENCODING);
        parts.headers.remove(CONTENT_LENGTH);
        return streaming(exchange, parts.headers, frames);
    }
    let error_type = behind.and_then(|behind| behind.error_type);
    let bytes = body.size_hint().exact().unwrap_or(0);
    let ending = Ending::new(parts.status, error_type, bytes);
    let method = exchange.method;
    exchange.record(&ending, watches.map(|watches| watches.of(method)));
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let endless = content_type.is_some_and(|value| value.starts_with(b"text/event-stream"));
    let body = Body::stream(body, exchange.busy.stream(), endless);
    Response::from_parts(parts, body)
}

/// What a contract's answer that goes through layers says behind their backs.
#[derive(Debug, Clone, Default)]
pub(super) struct Behind {
    pub(super) error_type: Option<&'static str>,
    /// Items: layers see the head of their answer, and an empty body.
    pub(super) frames: Option<Arc<Mutex<Option<Frames>>>>,
}

impl Behind {
    fn frames(&self) -> Option<Frames> {
        let mut frames = self.frames.as_ref()?.lock();
        frames.as_mut().ok()?.take()
    }
}

/// What each answer says: the request's id, and that the connection ends when the server drains.
fn sign(exchange: &Exchange, headers: &mut HeaderMap) {
    let context = &exchange.context;
    // The trace id stands for an id of the request; written at once, without a copy as such an id.
    let id = match context.given_request_id() {
        Some(id) => carve(id.as_bytes()),
        None => carve(&context.trace().trace_id.to_hex()),
    };
    if let Ok(value) = HeaderValue::from_maybe_shared(id) {
        headers.insert(REQUEST_ID, value);
    }
    if exchange.http1 && exchange.conn().is_closing() {
        headers.insert(CONNECTION, CLOSE);
    }
}

/// What the answer says of its rate limit.
fn rate(exchange: &Exchange, headers: &mut HeaderMap) {
    if let Some(rated) = &exchange.rated {
        let rates = &exchange.edge().pipeline().rates;
        rates.say(rated, exchange.conn(), headers);
    }
}

/// A failure that comes of a call that was tried enough says so, whatever its error has become.
fn enough(exchange: &Exchange, status: StatusCode, headers: &mut HeaderMap) {
    if exchange.exhausted && status.is_server_error() {
        headers.insert(RETRY, EXHAUSTED);
    }
}

/// `response` with `retry: exhausted`.
pub(super) fn exhausted(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(RETRY, EXHAUSTED);
    response
}

/// `response` with `Allow`.
pub(super) fn allow(mut response: Response<Body>, allow: &HeaderValue) -> Response<Body> {
    response.headers_mut().insert(ALLOW, allow.clone());
    response
}

/// `response` with `Retry-After` in seconds.
pub(super) fn retry_after(mut response: Response<Body>, seconds: u64) -> Response<Body> {
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
