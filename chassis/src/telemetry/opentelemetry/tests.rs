//! A library that speaks the opentelemetry API, within a call that the chassis serves.

use std::collections::HashMap;

use opentelemetry::trace::{Span as _, SpanKind as OtelKind, Status, TraceContextExt, Tracer as _};
use opentelemetry::{Context as OtelContext, KeyValue, global};

use crate::Context;
use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::{Capture, Resource, Settings, SpanKind, Telemetry};

fn system() -> (Telemetry, Capture) {
    let env = Env::system();
    let resource = Resource::new("shop", &env);
    Telemetry::captured(env, &Settings::default(), resource).unwrap()
}

fn call(telemetry: &Telemetry, flags: TraceFlags) -> Context {
    let trace = TraceContext {
        trace_id: TraceId([0xab; 16]),
        span_id: SpanId([0xcd; 8]),
        flags,
        state: Some("vendor=1".into()),
    };
    Context::default()
        .with_trace(trace)
        .with_component(telemetry.id())
}

#[test]
fn a_librarys_spans_join_the_call() {
    let (shop, capture) = system();
    call(&shop, TraceFlags::SAMPLED).enter(|| {
        let tracer = global::tracer("library");
        let builder = tracer.span_builder("query").with_kind(OtelKind::Client);
        let mut span = tracer.build(builder);
        span.set_attribute(KeyValue::new("rows", 3));
        span.add_event("sent", vec![KeyValue::new("bytes".to_owned(), 2.5)]);
        span.set_status(Status::error("broken"));
        let active = OtelContext::current_with_span(span);
        drop(tracer.start_with_context("parse", &active));
    });
    let find = |name| capture.span_named(name).unwrap();
    let (query, parse) = (find("query"), find("parse"));
    assert_eq!(query.service, "shop");
    let (query, parse) = (query.record, parse.record);
    assert_eq!(query.parent, Some(SpanId([0xcd; 8])));
    assert_eq!(parse.parent, Some(query.trace.span_id));
    assert_eq!(parse.trace.trace_id, TraceId([0xab; 16]));
    assert_eq!((query.kind, query.error), (SpanKind::Client, true));
    assert_eq!(query.attributes, [("rows", 3.into())]);
    assert_eq!(query.events[0].name, "sent");
    assert_eq!(query.events[0].attributes, [("bytes", 2.5.into())]);
}

#[test]
fn an_unsampled_call_is_passed_on_but_not_recorded() {
    let (shop, capture) = system();
    let span = call(&shop, TraceFlags(0)).enter(|| global::tracer("library").start("query"));
    assert!(!span.is_recording());
    assert_eq!(span.span_context().trace_id().to_bytes(), [0xab; 16]);
    drop(span);
    assert_eq!(capture.spans(), []);
}

#[test]
fn headers_carry_the_trace_both_ways() {
    let (shop, _capture) = system();
    let mut headers = HashMap::new();
    let read = call(&shop, TraceFlags::SAMPLED).enter(|| {
        global::get_text_map_propagator(|propagator| {
            propagator.inject(&mut headers);
            propagator.extract(&headers)
        })
    });
    let expected = format!("00-{}-{}-01", "ab".repeat(16), "cd".repeat(8));
    assert_eq!(headers["traceparent"], expected);
    assert_eq!(headers["tracestate"], "vendor=1");
    let span = read.span();
    let remote = span.span_context();
    assert!(remote.is_remote() && remote.is_sampled());
    assert_eq!(remote.span_id().to_bytes(), [0xcd; 8]);
    assert_eq!(remote.trace_state().header(), "vendor=1");
}
