//! Spans as other programs see them: the generated types of opentelemetry-proto, and a real
//! collector.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, Status, span::Event, span::SpanKind as ProtoKind,
};
use prost::Message as _;

use super::queue::Queued;
use super::*;
use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::Resource;
use crate::telemetry::semconv::SCHEMA_URL;

fn at(nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanos)
}

fn record() -> SpanRecord {
    SpanRecord {
        name: "GET /v1/items/{sku}".into(),
        kind: SpanKind::Server,
        trace: TraceContext {
            trace_id: TraceId([0xab; 16]),
            span_id: SpanId([0xcd; 8]),
            flags: TraceFlags::SAMPLED,
            state: Some("vendor=1".into()),
        },
        parent: Some(SpanId([1; 8])),
        remote_parent: true,
        start: at(1_700_000_000_000_000_007),
        elapsed: Duration::from_nanos(1_000_003),
        error: true,
        attributes: vec![
            ("http.response.status_code", 503_u16.into()),
            ("url.path", "x".repeat(500).into()),
            ("flag", true.into()),
            ("ratio", (-0.25).into()),
            ("debt", i64::MIN.into()),
        ],
        events: vec![SpanEvent {
            name: Arc::<str>::from("sold out").into(),
            at: at(1_700_000_000_000_000_009),
            attributes: vec![("sku", "a-1".into())],
        }],
    }
}

fn pair(key: &str, value: Any) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn text(value: &str) -> Any {
    Any::StringValue(value.to_owned())
}

/// What [`record`] must look like.
fn expected() -> Span {
    Span {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        trace_state: "vendor=1".to_owned(),
        parent_span_id: vec![1; 8],
        flags: 0x301,
        name: "GET /v1/items/{sku}".to_owned(),
        kind: ProtoKind::Server.into(),
        start_time_unix_nano: 1_700_000_000_000_000_007,
        end_time_unix_nano: 1_700_000_000_001_000_010,
        attributes: vec![
            pair("http.response.status_code", Any::IntValue(503)),
            pair("url.path", text(&"x".repeat(500))),
            pair("flag", Any::BoolValue(true)),
            pair("ratio", Any::DoubleValue(-0.25)),
            pair("debt", Any::IntValue(i64::MIN)),
        ],
        events: vec![Event {
            time_unix_nano: 1_700_000_000_000_000_009,
            name: "sold out".to_owned(),
            attributes: vec![pair("sku", text("a-1"))],
            ..Event::default()
        }],
        status: Some(Status {
            code: 2,
            ..Status::default()
        }),
        ..Span::default()
    }
}

fn bare() -> SpanRecord {
    SpanRecord::new("bare", SpanKind::Internal, TraceContext::default(), at(0))
}

fn resource(name: &str) -> Arc<Resource> {
    Arc::new(Resource::new(name, &Env::system()).with_version("1.2.3"))
}

#[test]
fn the_generated_types_read_what_is_written_by_hand() {
    let orders = resource("orders");
    let queued = |resource: &Arc<Resource>, span| Queued {
        resource: Arc::clone(resource),
        span,
    };
    let batch = [
        queued(&orders, record()),
        queued(&resource("payments"), bare()),
        queued(&orders, bare()),
    ];
    let decoded = ExportTraceServiceRequest::decode(&otlp::encode(&batch)[..]).unwrap();

    let [first, second] = &decoded.resource_spans[..] else {
        panic!("{decoded:?}");
    };
    let attributes = orders.attributes().map(|(key, value)| match key {
        "process.pid" => pair(key, Any::IntValue(value.parse().unwrap())),
        _ => pair(key, text(value)),
    });
    let bare = || Span {
        trace_id: vec![0; 16],
        span_id: vec![0; 8],
        name: "bare".to_owned(),
        kind: ProtoKind::Internal.into(),
        flags: 0x100,
        ..Span::default()
    };
    let expected = ResourceSpans {
        resource: Some(ProtoResource {
            attributes: attributes.collect(),
            ..ProtoResource::default()
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope {
                name: "chassis".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                ..InstrumentationScope::default()
            }),
            spans: vec![expected(), bare()],
            schema_url: SCHEMA_URL.to_owned(),
        }],
        schema_url: SCHEMA_URL.to_owned(),
    };
    assert_eq!(*first, expected);
    assert_eq!(second.scope_spans[0].spans, [bare()]);
}

#[test]
fn a_full_queue_drops_and_counts() {
    let queue = SpanQueue::new(3, 2);
    let resource = resource("orders");
    for _ in 0..5 {
        queue.push(&resource, bare());
    }
    assert_eq!((queue.length(), queue.dropped.get()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_sent_when_full_or_old() {
    let queue = SpanQueue::new(10, 2);
    let resource = resource("orders");
    for _ in 0..3 {
        queue.push(&resource, bare());
    }
    let begun = tokio::time::Instant::now();
    assert_eq!(queue.next().await.len(), 2);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(queue.next().await.len(), 1);
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    queue.close(Duration::ZERO);
    assert_eq!(queue.next().await.len(), 0);
}
