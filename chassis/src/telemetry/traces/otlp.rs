//! OTLP: a batch of spans as `ExportTraceServiceRequest`, written by hand.
//!
//! Field numbers are those of opentelemetry-proto 1; a test decodes what is written here with the
//! generated types.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::protobuf::Message;
use super::queue::Queued;
use super::record::{SpanEvent, SpanKind, SpanRecord, Value};
use crate::telemetry::Resource;
use crate::telemetry::semconv::SCHEMA_URL;

/// The batch, the spans of each component under its own resource.
pub(super) fn encode(batch: &[Queued]) -> Vec<u8> {
    let mut request = Message::default();
    for (index, first) in batch.iter().enumerate() {
        let same = |other: &&Queued| other.resource == first.resource;
        if !batch[..index].iter().any(|earlier| same(&earlier)) {
            let spans = batch[index..].iter().filter(same);
            request.message(1, |out| {
                resource_spans(out, &first.resource, spans.map(|queued| &queued.span));
            });
        }
    }
    request.finish()
}

fn resource_spans<'a>(
    out: &mut Message,
    resource: &Resource,
    spans: impl Iterator<Item = &'a SpanRecord>,
) {
    out.message(1, |out| {
        for (key, value) in resource.attributes() {
            out.message(1, |out| {
                out.string(1, key);
                out.message(2, |out| match (key, value.parse()) {
                    ("process.pid", Ok(id)) => out.int(3, id),
                    _ => out.string(1, value),
                });
            });
        }
    });
    out.message(2, |out| {
        out.message(1, |scope| {
            scope.string(1, "chassis");
            scope.string(2, env!("CARGO_PKG_VERSION"));
        });
        for record in spans {
            out.message(2, |out| span(out, record));
        }
        out.string(3, SCHEMA_URL);
    });
    out.string(3, SCHEMA_URL);
}

fn span(out: &mut Message, span: &SpanRecord) {
    out.bytes(1, &span.trace.trace_id.0);
    out.bytes(2, &span.trace.span_id.0);
    if let Some(state) = &span.trace.state {
        out.string(3, state);
    }
    if let Some(parent) = span.parent {
        out.bytes(4, &parent.0);
    }
    out.string(5, span.name.as_str());
    out.uint(6, kind(span.kind));
    let start = since_1970(span.start);
    out.fixed64(7, nanos(start));
    out.fixed64(8, nanos(start + span.elapsed));
    attributes(out, 9, &span.attributes);
    for each in &span.events {
        out.message(11, |out| event(out, each));
    }
    if span.error {
        const ERROR: u64 = 2;
        out.message(15, |status| status.uint(3, ERROR));
    }
    out.fixed32(16, flags(span));
}

fn event(out: &mut Message, event: &SpanEvent) {
    out.fixed64(1, nanos(since_1970(event.at)));
    out.string(2, event.name.as_str());
    attributes(out, 3, &event.attributes);
}

fn attributes(out: &mut Message, field: u32, attributes: &[(&'static str, Value)]) {
    for (key, value) in attributes {
        out.message(field, |out| {
            out.string(1, key);
            out.message(2, |out| match value {
                Value::Text(text) => out.string(1, text.as_str()),
                Value::Bool(value) => out.bool(2, *value),
                Value::Int(value) => out.int(3, *value),
                Value::Float(value) => out.double(4, *value),
            });
        });
    }
}

/// The trace flags, and whether the parent lies in another process.
fn flags(span: &SpanRecord) -> u32 {
    const KNOWN: u32 = 0x100;
    const REMOTE: u32 = 0x200;
    let remote = if span.remote_parent { REMOTE } else { 0 };
    u32::from(span.trace.flags.0) | KNOWN | remote
}

fn kind(kind: SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn since_1970(at: SystemTime) -> Duration {
    at.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
