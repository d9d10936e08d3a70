//! From a [`Reply`] to the answer on the wire.

use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER,
};
use http::{HeaderMap, HeaderValue, Response};
use http_body::Body as _;

use super::body::Body;
use super::exchange::{Ending, Exchange};
use super::text::carve;
use super::watch::Watches;
use crate::contract::Reply;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// Answers with `reply`, in the request's header map: hyper takes it back for the next request, so
/// that none is allocated.
pub(super) fn reply(mut exchange: Box<Exchange>, reply: Reply) -> Response<Body> {
    let mut headers = exchange.headers.take().unwrap_or_default();
    if let Some(content_type) = reply.content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(location) = reply.location {
        headers.insert(LOCATION, location);
    }
    sign(&exchange, &mut headers);
    let ending = Ending::new(reply.status, reply.error_type, reply.body.len() as u64);
    exchange.record(&ending, None);
    let mut response = Response::new(body(&exchange, &mut headers, reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = headers;
    response
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
    let error_type = parts.extensions.remove::<ErrorType>().map(|kind| kind.0);
    let bytes = body.size_hint().exact().unwrap_or(0);
    let ending = Ending::new(parts.status, error_type, bytes);
    let method = exchange.method;
    exchange.record(&ending, watches.map(|watches| watches.of(method)));
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let endless = content_type.is_some_and(|value| value.starts_with(b"text/event-stream"));
    let body = Body::stream(body, exchange.busy.stream(), endless);
    Response::from_parts(parts, body)
}

/// `error.type` of a contract's answer that goes through layers.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorType(pub(super) &'static str);

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
