//! Where a call stands in its trace: W3C Trace Context, level 2.

use std::sync::Arc;

/// The id of a trace: 16 bytes, not all zero when valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceId(pub [u8; 16]);

/// The id of a span: 8 bytes, not all zero when valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SpanId(pub [u8; 8]);

/// The trace flags of `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceFlags(pub u8);

impl TraceFlags {
    /// Bit 0: the caller may have recorded the trace.
    pub const SAMPLED: Self = Self(0x01);
    /// Bit 1: the last seven bytes of the trace id are random (level 2).
    pub const RANDOM: Self = Self(0x02);
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
    /// Whether spans of this trace are recorded.
    pub fn is_sampled(&self) -> bool {
        self.flags.0 & TraceFlags::SAMPLED.0 != 0
    }

    /// Whether both ids are valid.
    pub fn is_valid(&self) -> bool {
        self.trace_id.0 != [0; 16] && self.span_id.0 != [0; 8]
    }
}
