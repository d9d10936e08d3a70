//! Writes a context into the headers of an outgoing request.

use std::cell::RefCell;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Context, RequestId, TraceContext, headers};

/// What takes headers: a map of them, or the text of a request.
pub(crate) trait Setter {
    /// Takes one, in place of one of the same name. All that a context holds is visible ASCII; a
    /// value that were not is left out.
    fn set(&mut self, name: HeaderName, value: &[u8]);
}

impl Setter for HeaderMap {
    fn set(&mut self, name: HeaderName, value: &[u8]) {
        if let Ok(value) = HeaderValue::from_maybe_shared(carve(value)) {
            self.insert(name, value);
        }
    }
}

impl Context {
    /// Writes what travels into `headers`, in place of what is there: trace, baggage, what is left
    /// of the deadline at `now`, request id and priority.
    ///
    /// The idempotency key belongs to one call of one contract, so the contract's client writes it.
    pub fn inject(&self, headers: &mut HeaderMap, now: Instant) {
        self.inject_as(headers, now, self.deadline(), self.trace());
    }

    /// The same with another deadline and another place in the trace: for an attempt of a call, which
    /// needs no context of its own for these two.
    pub(crate) fn inject_as(
        &self,
        setter: &mut impl Setter,
        now: Instant,
        deadline: Option<Instant>,
        trace: &TraceContext,
    ) {
        let parts = self.parts();
        if trace.is_valid() {
            setter.set(headers::TRACEPARENT, &trace.traceparent());
            if let Some(state) = &trace.state {
                setter.set(headers::TRACESTATE, state.as_bytes());
            }
        }
        if !parts.baggage.is_empty() {
            setter.set(headers::BAGGAGE, parts.baggage.as_header().as_bytes());
        }
        if let Some(at) = deadline {
            let left = at.saturating_duration_since(now);
            let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
            setter.set(headers::EXPECTED_TIMEOUT, digits(millis, &mut [0; 20]));
        }
        let own = || {
            trace
                .is_valid()
                .then(|| RequestId::of_trace(trace.trace_id))
        };
        if let Some(id) = parts.request_id.or_else(own) {
            setter.set(headers::REQUEST_ID, id.as_bytes());
        }
        if let Some(priority) = parts.priority {
            setter.set(headers::PRIORITY, priority.to_string().as_bytes());
        }
    }
}

#[cfg(feature = "service")]
impl Context {
    /// Writes the idempotency key of one call of `method` of `contract`, the same for all its
    /// attempts: on behalf of this context's own key where it has one, else a new one.
    #[cold]
    pub(crate) fn inject_key(
        &self,
        headers: &mut HeaderMap,
        (contract, method): (&'static str, usize),
        env: &super::Env,
    ) {
        let text = match self.next_key(contract, method) {
            Some(key) => key.to_header(),
            None => format!("\"{:016x}{:016x}\"", env.random(), env.random()),
        };
        headers.set(headers::IDEMPOTENCY_KEY, text.as_bytes());
    }
}

/// `value` as shared bytes, carved from a chunk of this thread: one allocation for hundreds of
/// values, and the chunk is used again once they are sent.
pub(crate) fn carve(value: &[u8]) -> Bytes {
    const CHUNK: usize = 16 * 1024;
    thread_local!(static SCRATCH: RefCell<BytesMut> = RefCell::default());
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.capacity() < value.len() {
            scratch.reserve(CHUNK.max(value.len()));
        }
        scratch.extend_from_slice(value);
        scratch.split().freeze()
    })
}

/// `number` in decimal.
fn digits(mut number: u64, text: &mut [u8; 20]) -> &[u8] {
    let mut first = text.len();
    loop {
        first -= 1;
        text[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &text[first..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        for number in [0, 7, 10, 9_999, u64::MAX] {
            let written = digits(number, &mut [0; 20]).to_vec();
            assert_eq!(written, number.to_string().into_bytes());
        }
    }

    #[test]
    fn values_outlive_the_chunk_that_they_came_from() {
        let long = vec![b'x'; 100_000];
        let values: Vec<Bytes> = (0..1_000).map(|_| carve(b"0123456789abcdef")).collect();
        assert_eq!(carve(&long), long);
        assert!(values.iter().all(|value| *value == b"0123456789abcdef"[..]));
    }
}
