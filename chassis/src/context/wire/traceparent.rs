//! `traceparent`: version 00, and what may be read of later ones.

use super::{hex, trim};
use crate::context::{SpanId, TraceContext, TraceFlags, TraceId};

/// `00-` trace id `-` span id `-` flags.
pub(in crate::context) const LENGTH: usize = 55;

/// Reads a header value; `None` when the spec says to ignore it.
pub(in crate::context) fn parse(value: &[u8]) -> Option<TraceContext> {
    // The common case comes without whitespace: look at the length first.
    let value = if value.len() == LENGTH {
        value
    } else {
        trim(value)
    };
    let (fields, rest) = value.split_at_checked(LENGTH)?;
    let version = hex::decode_byte([fields[0], fields[1]])?;
    // A later version may append fields, after a dash; version 00 may not.
    let length_fits = match version {
        0xff => false,
        0 => rest.is_empty(),
        _ => rest.first().is_none_or(|byte| *byte == b'-'),
    };
    let dashes = [2, 35, 52].iter().all(|at| fields[*at] == b'-');
    if !length_fits || !dashes {
        return None;
    }
    let flags = hex::decode_byte([fields[53], fields[54]])?;
    let trace = TraceContext {
        trace_id: TraceId(hex::decode(&fields[3..35])?),
        span_id: SpanId(hex::decode(&fields[36..52])?),
        flags: TraceFlags(flags).known(),
        state: None,
    };
    trace.is_valid().then_some(trace)
}

/// Writes version 00.
pub(in crate::context) fn format(trace: &TraceContext) -> [u8; LENGTH] {
    let mut text = [b'-'; LENGTH];
    text[..2].copy_from_slice(b"00");
    hex::encode(&trace.trace_id.0, &mut text[3..35]);
    hex::encode(&trace.span_id.0, &mut text[36..52]);
    text[53..].copy_from_slice(&hex::encode_byte(trace.flags.known().0));
    text
}
