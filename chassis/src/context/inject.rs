//! Writes a context into the headers of an outgoing request.

use std::time::Instant;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Context, headers};

impl Context {
    /// Writes what travels into `headers`, in place of what is there: trace, baggage, what is left
    /// of the deadline at `now`, request id and priority.
    ///
    /// The idempotency key belongs to one call of one contract, so the contract's client writes it.
    pub fn inject(&self, headers: &mut HeaderMap, now: Instant) {
        let parts = self.parts();
        if parts.trace.is_valid() {
            put(headers, headers::TRACEPARENT, &parts.trace.traceparent());
            if let Some(state) = &parts.trace.state {
                put(headers, headers::TRACESTATE, state.as_bytes());
            }
        }
        if !parts.baggage.is_empty() {
            put(
                headers,
                headers::BAGGAGE,
                parts.baggage.as_header().as_bytes(),
            );
        }
        if let Some(left) = self.remaining(now) {
            let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            headers.insert(headers::EXPECTED_TIMEOUT, millis.into());
        }
        if let Some(id) = self.request_id() {
            put(headers, headers::REQUEST_ID, id.as_bytes());
        }
        if let Some(priority) = parts.priority {
            put(headers, headers::PRIORITY, priority.to_string().as_bytes());
        }
    }
}

/// All that a context holds is visible ASCII; a value that were not is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(name, value);
    }
}
