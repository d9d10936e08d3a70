//! Where a call stands in its trace: W3C Trace Context, level 2.

use std::fmt;
use std::sync::Arc;

use super::wire::{hex, traceparent};

/// The id of a trace: 16 bytes, not all zero when valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceId(pub [u8; 16]);

/// The id of a span: 8 bytes, not all zero when valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SpanId(pub [u8; 8]);

impl TraceId {
    /// Its 32 lower-case hex digits, without allocating.
    pub fn to_hex(self) -> [u8; 32] {
        let mut digits = [0; 32];
        hex::encode(&self.0, &mut digits);
        digits
    }

    /// Reads 32 lower-case hex digits; `None` when they are no valid id.
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        hex::decode(digits).map(Self).filter(|id| id.is_valid())
    }

    /// Whether it is an id at all: not all zero.
    pub fn is_valid(self) -> bool {
        self.0 != [0; 16]
    }
}

impl SpanId {
    /// Its 16 lower-case hex digits, without allocating.
    pub fn to_hex(self) -> [u8; 16] {
        let mut digits = [0; 16];
        hex::encode(&self.0, &mut digits);
        digits
    }

    /// Reads 16 lower-case hex digits; `None` when they are no valid id.
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        hex::decode(digits).map(Self).filter(|id| id.is_valid())
    }

    /// Whether it is an id at all: not all zero.
    pub fn is_valid(self) -> bool {
        self.0 != [0; 8]
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The trace flags of `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceFlags(pub u8);

impl TraceFlags {
    /// Bit 0: the caller may have recorded the trace.
    pub const SAMPLED: Self = Self(0x01);
    /// Bit 1: the last seven bytes of the trace id are random (level 2).
    pub const RANDOM: Self = Self(0x02);

    /// Whether all bits of `flag` are set.
    pub fn has(self, flag: Self) -> bool {
        self.0 & flag.0 == flag.0
    }

    /// With the bits of `flag` set or not.
    #[must_use]
    pub fn set(self, flag: Self, on: bool) -> Self {
        Self(if on {
            self.0 | flag.0
        } else {
            self.0 & !flag.0
        })
    }

    /// Only the bits that level 2 knows; the others are sent as zero.
    pub(super) fn known(self) -> Self {
        Self(self.0 & (Self::SAMPLED.0 | Self::RANDOM.0))
    }
}

/// Trace id, span id, flags and state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceContext {
    /// Which trace.
    pub trace_id: TraceId,
    /// Which span in it is the current one.
    pub span_id: SpanId,
    /// What the caller says of the trace.
    pub flags: TraceFlags,
    /// `tracestate`, as it came and passed its checks.
    pub state: Option<Arc<str>>,
}

impl TraceContext {
    /// A new trace that begins with the span `span_id`. Its trace id must be random.
    pub fn root(trace_id: TraceId, span_id: SpanId, sampled: bool) -> Self {
        Self {
            trace_id,
            span_id,
            flags: TraceFlags::RANDOM.set(TraceFlags::SAMPLED, sampled),
            state: None,
        }
    }

    /// The place of a span below this one, in the same trace.
    #[must_use]
    pub fn child(&self, span_id: SpanId, sampled: bool) -> Self {
        Self {
            span_id,
            flags: self.flags.set(TraceFlags::SAMPLED, sampled),
            ..self.clone()
        }
    }

    /// Reads a `traceparent` value: version 00, or what may be known of a later one. `None` when
    /// the specification says to ignore it.
    pub fn parse(traceparent: &[u8]) -> Option<Self> {
        traceparent::parse(traceparent)
    }

    /// The `traceparent` value, version 00, without allocating.
    pub fn traceparent(&self) -> [u8; 55] {
        traceparent::format(self)
    }

    /// Whether spans of this trace are recorded.
    pub fn is_sampled(&self) -> bool {
        self.flags.has(TraceFlags::SAMPLED)
    }

    /// Whether both ids are valid.
    pub fn is_valid(&self) -> bool {
        self.trace_id.is_valid() && self.span_id.is_valid()
    }
}
