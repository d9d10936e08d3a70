//! [`Extractor`]: a context from the headers of a request, as far as the caller is trusted.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::{timeout, tracestate};
use super::{
    Baggage, Carrier, Context, IdempotencyKey, Parts, Priority, Reason, Rejected, RequestId,
    SampledLimit, TraceContext, TraceFlags, headers,
};

/// How far the callers of a listener are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Strangers: baggage and priority are dropped, a set `sampled` flag is rate-limited.
    #[default]
    Edge,
    /// Services of the same system: all is believed.
    Mesh,
}

/// What the headers of a request gave.
#[derive(Debug, Clone, Default)]
pub struct Extracted {
    /// The caller's context. Its trace is the caller's span, not valid when there is none.
    pub context: Context,
    /// What was not taken as it came, to be counted.
    pub rejected: Rejected,
}

/// Reads contexts from headers. One a listener.
#[derive(Debug)]
pub struct Extractor {
    trust: Trust,
    sampled: SampledLimit,
}

impl Extractor {
    /// Believes callers as far as `trust` says; at the edge, at most `sampled_per_second` of them
    /// may have their trace recorded by asking for it.
    pub fn new(trust: Trust, sampled_per_second: u32, now: Instant) -> Self {
        Self {
            trust,
            sampled: SampledLimit::new(sampled_per_second, now),
        }
    }

    /// The context in `headers`, which arrived at `now`.
    pub fn extract(&self, headers: &HeaderMap, now: Instant) -> Extracted {
        let mut extracted = read(headers, self.trust, now);
        if self.trust == Trust::Edge && extracted.context.trace().is_sampled() {
            let admitted = self.sampled.admit(now);
            extracted.limit_sampled(admitted);
        }
        extracted
    }
}

impl Context {
    /// The context in `headers`, which arrived at `now`. At [`Trust::Edge`] no caller is recorded
    /// for asking; an [`Extractor`] lets some through.
    pub fn extract(headers: &HeaderMap, trust: Trust, now: Instant) -> Extracted {
        let mut extracted = read(headers, trust, now);
        extracted.limit_sampled(trust == Trust::Mesh);
        extracted
    }
}

impl Extracted {
    fn limit_sampled(&mut self, admitted: bool) {
        if !admitted && self.context.trace().is_sampled() {
            let flags = &mut self.context.parts_mut().trace.flags;
            *flags = flags.set(TraceFlags::SAMPLED, false);
            self.rejected.add(Carrier::Traceparent, Reason::RateLimited);
        }
    }
}

/// One look at each header: a request has few, and this is cheaper than nine look-ups by hash.
fn read(headers: &HeaderMap, trust: Trust, now: Instant) -> Extracted {
    let mut found = Found::default();
    let mut any = false;
    for (name, value) in headers {
        any |= found.take(name.as_str(), value);
    }
    if !any {
        return Extracted::default();
    }
    let mut rejected = Rejected::default();
    let mut parts = Parts {
        trace: found.trace(headers, &mut rejected),
        deadline: found.deadline(now, &mut rejected),
        request_id: found
            .request_id
            .parse(RequestId::parse)
            .or_reject(Carrier::RequestId, &mut rejected),
        idempotency_key: found
            .idempotency_key
            .parse(IdempotencyKey::parse)
            .or_reject(Carrier::IdempotencyKey, &mut rejected),
        ..Parts::EMPTY
    };
    match trust {
        Trust::Mesh => found.trusted(headers, &mut parts, &mut rejected),
        Trust::Edge => found.dropped(&mut rejected),
    }
    Extracted {
        context: Context::of(parts),
        rejected,
    }
}

/// The headers of interest in one request.
#[derive(Default)]
struct Found<'h> {
    traceparent: Once<'h>,
    tracestate: bool,
    baggage: bool,
    /// In the order of `TIMEOUTS`.
    timeouts: [Once<'h>; 3],
    request_id: Once<'h>,
    idempotency_key: Once<'h>,
    priority: bool,
}

type ReadTimeout = fn(&[u8]) -> Option<Duration>;

/// How the values of `Found::timeouts` are read: Envoy's, Connect's, gRPC's.
const TIMEOUTS: [ReadTimeout; 3] = [timeout::millis, timeout::millis, timeout::grpc];

impl<'h> Found<'h> {
    /// Keeps `value` when it is of interest.
    fn take(&mut self, name: &str, value: &'h HeaderValue) -> bool {
        match name {
            "traceparent" => self.traceparent.put(value),
            "tracestate" => self.tracestate = true,
            "baggage" => self.baggage = true,
            "x-envoy-expected-rq-timeout-ms" => self.timeouts[0].put(value),
            "connect-timeout-ms" => self.timeouts[1].put(value),
            "grpc-timeout" => self.timeouts[2].put(value),
            "x-request-id" => self.request_id.put(value),
            "idempotency-key" => self.idempotency_key.put(value),
            "priority" => self.priority = true,
            _ => return false,
        }
        true
    }

    /// `tracestate` is not even looked at without a valid `traceparent`.
    fn trace(&self, headers: &HeaderMap, rejected: &mut Rejected) -> TraceContext {
        let trace = self
            .traceparent
            .parse(TraceContext::parse)
            .or_reject(Carrier::Traceparent, rejected);
        let Some(mut trace) = trace else {
            return TraceContext::default();
        };
        if self.tracestate {
            trace.state = tracestate::parse(|| values(headers, &headers::TRACESTATE))
                .or_reject(Carrier::Tracestate, rejected);
        }
        trace
    }

    /// The earliest of the timeouts that are given.
    fn deadline(&self, now: Instant, rejected: &mut Rejected) -> Option<Instant> {
        let given = self.timeouts.iter().zip(TIMEOUTS);
        given
            .filter_map(|(value, parse)| value.parse(parse).or_reject(Carrier::Deadline, rejected))
            .min()
            .and_then(|left| now.checked_add(left))
    }

    /// What only services of the same system may set.
    fn trusted(&self, headers: &HeaderMap, parts: &mut Parts, rejected: &mut Rejected) {
        if self.baggage {
            let (baggage, faults) = Baggage::parse(|| values(headers, &headers::BAGGAGE));
            parts.baggage = baggage;
            if faults {
                rejected.add(Carrier::Baggage, Reason::Malformed);
            }
        }
        if self.priority {
            parts.priority = values(headers, &headers::PRIORITY)
                .try_fold(None, |before, value| {
                    Priority::parse(value).map(|found| found.or(before))
                })
                .or_reject(Carrier::Priority, rejected);
        }
    }

    /// What strangers set in vain.
    fn dropped(&self, rejected: &mut Rejected) {
        if self.baggage {
            rejected.add(Carrier::Baggage, Reason::Untrusted);
        }
        if self.priority {
            rejected.add(Carrier::Priority, Reason::Untrusted);
        }
    }
}

fn values<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    headers.get_all(name).into_iter().map(HeaderValue::as_bytes)
}

/// A header that may come once.
#[derive(Default, Clone, Copy)]
enum Once<'h> {
    #[default]
    Missing,
    Value(&'h [u8]),
    Repeated,
}

impl<'h> Once<'h> {
    fn put(&mut self, value: &'h HeaderValue) {
        *self = match self {
            Self::Missing => Self::Value(value.as_bytes()),
            _ => Self::Repeated,
        };
    }

    /// `Ok(None)` when it is missing, an error when it is malformed or repeated.
    fn parse<T>(self, parse: impl FnOnce(&'h [u8]) -> Option<T>) -> Result<Option<T>, ()> {
        match self {
            Self::Missing => Ok(None),
            Self::Value(value) => parse(value).map(Some).ok_or(()),
            Self::Repeated => Err(()),
        }
    }
}

/// Malformed is as if missing, but counted.
trait OrReject<T> {
    fn or_reject(self, carrier: Carrier, rejected: &mut Rejected) -> Option<T>;
}

impl<T> OrReject<T> for Result<Option<T>, ()> {
    fn or_reject(self, carrier: Carrier, rejected: &mut Rejected) -> Option<T> {
        self.unwrap_or_else(|()| {
            rejected.add(carrier, Reason::Malformed);
            None
        })
    }
}

#[cfg(test)]
mod tests;
