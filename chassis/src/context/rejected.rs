//! [`Rejected`]: which headers of a caller were not believed, and why; for the metrics.

/// A header that carries a part of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// `traceparent`.
    Traceparent,
    /// `tracestate`.
    Tracestate,
    /// `baggage`.
    Baggage,
    /// `x-envoy-expected-rq-timeout-ms`, `grpc-timeout` or `connect-timeout-ms`.
    Deadline,
    /// `x-request-id`.
    RequestId,
    /// `idempotency-key`.
    IdempotencyKey,
    /// `priority`.
    Priority,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Traceparent,
        Self::Tracestate,
        Self::Baggage,
        Self::Deadline,
        Self::RequestId,
        Self::IdempotencyKey,
        Self::Priority,
    ];

    /// Its value of a metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Traceparent => "traceparent",
            Self::Tracestate => "tracestate",
            Self::Baggage => "baggage",
            Self::Deadline => "deadline",
            Self::RequestId => "request_id",
            Self::IdempotencyKey => "idempotency_key",
            Self::Priority => "priority",
        }
    }
}

/// Why a header was not taken as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its format says to ignore it, in whole or in part.
    Malformed,
    /// A stranger may not set it.
    Untrusted,
    /// More callers than the limit ask to be sampled: the flag was cleared.
    RateLimited,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Malformed, Self::Untrusted, Self::RateLimited];

    /// Its value of a metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Untrusted => "untrusted",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// Which headers of one request were not taken as they came: a set, without allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rejected(u32);

impl Rejected {
    /// Whether everything was taken as it came.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `carrier` was rejected for `reason`.
    pub fn contains(self, carrier: Carrier, reason: Reason) -> bool {
        self.0 & bit(carrier, reason) != 0
    }

    /// What was rejected, and why.
    pub fn iter(self) -> impl Iterator<Item = (Carrier, Reason)> {
        Reason::ALL
            .into_iter()
            .flat_map(|reason| Carrier::ALL.map(|carrier| (carrier, reason)))
            .filter(move |(carrier, reason)| self.contains(*carrier, *reason))
    }

    pub(super) fn add(&mut self, carrier: Carrier, reason: Reason) {
        self.0 |= bit(carrier, reason);
    }
}

fn bit(carrier: Carrier, reason: Reason) -> u32 {
    1 << (reason as u32 * Carrier::ALL.len() as u32 + carrier as u32)
}
