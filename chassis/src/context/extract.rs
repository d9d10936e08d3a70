//! [`Extractor`]: a context from the headers of a request, as far as the caller is trusted.

use std::time::{Duration, Instant};

use http::HeaderMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::found::{Found, Header};
use super::idempotency_key::Given;
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

fn read(headers: &HeaderMap, trust: Trust, now: Instant) -> Extracted {
    let found = Found::new(headers);
    if found.is_empty() {
        return Extracted::default();
    }
    let mut reader = Reader {
        found,
        parts: Parts::EMPTY,
        rejected: Rejected::default(),
    };
    reader.trace();
    reader.deadline(now);
    reader.ids();
    match trust {
        Trust::Mesh => reader.trusted(),
        Trust::Edge => reader.dropped(),
    }
    Extracted {
        context: Context::of(reader.parts),
        rejected: reader.rejected,
    }
}

/// Fills the parts from the headers. Malformed is as if missing, but counted.
struct Reader<'h> {
    found: Found<'h>,
    parts: Parts,
    rejected: Rejected,
}

impl Reader<'_> {
    /// `tracestate` is not even looked at without a valid `traceparent`.
    fn trace(&mut self) {
        match self.found.once(Header::Traceparent, TraceContext::parse) {
            Ok(None) => return,
            Ok(Some(trace)) => self.parts.trace = trace,
            Err(()) => return self.malformed(Carrier::Traceparent),
        }
        if self.found.has(Header::Tracestate) {
            let name = &headers::TRACESTATE;
            match self.found.all(Header::Tracestate, name, tracestate::parse) {
                Ok(state) => self.parts.trace.state = state,
                Err(()) => self.malformed(Carrier::Tracestate),
            }
        }
    }

    /// The earliest of the timeouts that are given.
    fn deadline(&mut self, now: Instant) {
        self.timeout(Header::ExpectedTimeout, timeout::millis, now);
        self.timeout(Header::ConnectTimeout, timeout::millis, now);
        self.timeout(Header::GrpcTimeout, timeout::grpc, now);
    }

    fn timeout(&mut self, header: Header, parse: fn(&[u8]) -> Option<Duration>, now: Instant) {
        match self.found.once(header, parse) {
            Ok(None) => {}
            Ok(Some(left)) => {
                let own = self.parts.deadline;
                let given = now.checked_add(left);
                self.parts.deadline = own.into_iter().chain(given).min();
            }
            Err(()) => self.malformed(Carrier::Deadline),
        }
    }

    fn ids(&mut self) {
        match self.found.once(Header::RequestId, RequestId::parse) {
            Ok(None) => {}
            Ok(id) => self.parts.request_id = id,
            Err(()) => self.malformed(Carrier::RequestId),
        }
        match self
            .found
            .once(Header::IdempotencyKey, IdempotencyKey::parse)
        {
            Ok(None) => {}
            Ok(key) => self.parts.idempotency_key = key.map(Given::new),
            Err(()) => self.malformed(Carrier::IdempotencyKey),
        }
    }

    /// What only services of the same system may set.
    fn trusted(&mut self) {
        if self.found.has(Header::Baggage) {
            let name = &headers::BAGGAGE;
            let (baggage, faults) = self.found.all(Header::Baggage, name, Baggage::parse);
            self.parts.baggage = baggage;
            if faults {
                self.malformed(Carrier::Baggage);
            }
        }
        if self.found.has(Header::Priority) {
            let name = &headers::PRIORITY;
            match self.found.all(Header::Priority, name, Priority::parse) {
                Ok(priority) => self.parts.priority = priority,
                Err(()) => self.malformed(Carrier::Priority),
            }
        }
    }

    /// What strangers set in vain.
    fn dropped(&mut self) {
        for (header, carrier) in [
            (Header::Baggage, Carrier::Baggage),
            (Header::Priority, Carrier::Priority),
        ] {
            if self.found.has(header) {
                self.rejected.add(carrier, Reason::Untrusted);
            }
        }
    }

    #[cold]
    fn malformed(&mut self, carrier: Carrier) {
        self.rejected.add(carrier, Reason::Malformed);
    }
}

#[cfg(test)]
mod tests;
