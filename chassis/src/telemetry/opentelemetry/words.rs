//! The same things in the words of either side.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use opentelemetry::trace as otel;
use opentelemetry::{KeyValue, Value as OtelValue};

use crate::context::{SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::traces::{SpanKind, Value};

pub(super) fn theirs(trace: &TraceContext, is_remote: bool) -> otel::SpanContext {
    let state = trace.state.as_deref().and_then(|state| state.parse().ok());
    otel::SpanContext::new(
        otel::TraceId::from_bytes(trace.trace_id.0),
        otel::SpanId::from_bytes(trace.span_id.0),
        otel::TraceFlags::new(trace.flags.0),
        is_remote,
        state.unwrap_or_default(),
    )
}

pub(super) fn ours(span: &otel::SpanContext) -> TraceContext {
    let state = span.trace_state().header();
    TraceContext {
        trace_id: TraceId(span.trace_id().to_bytes()),
        span_id: SpanId(span.span_id().to_bytes()),
        flags: TraceFlags(span.trace_flags().to_u8()),
        state: (!state.is_empty()).then(|| state.into()),
    }
}

pub(super) fn kind(kind: Option<&otel::SpanKind>) -> SpanKind {
    match kind {
        Some(otel::SpanKind::Client) => SpanKind::Client,
        Some(otel::SpanKind::Server) => SpanKind::Server,
        Some(otel::SpanKind::Producer) => SpanKind::Producer,
        Some(otel::SpanKind::Consumer) => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

/// An attribute; `None` where its key is one too many.
pub(super) fn attribute(pair: KeyValue) -> Option<(&'static str, Value)> {
    let value = match pair.value {
        OtelValue::Bool(value) => value.into(),
        OtelValue::I64(value) => value.into(),
        OtelValue::F64(value) => value.into(),
        OtelValue::String(text) => String::from(text).into(),
        other => other.to_string().into(),
    };
    Some((interned(pair.key.as_str())?, value))
}

/// The key without a lifetime. Keys are few; one that is made of data would not be, so only so many
/// are kept.
fn interned(key: &str) -> Option<&'static str> {
    const MOST: usize = 2_000;
    static KEYS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = keys.get(key) {
        return Some(known);
    }
    if keys.len() == MOST {
        return None;
    }
    let key: &'static str = Box::leak(key.to_owned().into_boxed_str());
    keys.insert(key);
    Some(key)
}
