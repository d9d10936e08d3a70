//! What is believed of a caller's headers, what is dropped, what is counted; and the way back out.

use http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::context::{Env, SpanId, TraceId};

const TRACEPARENT: &str = "00-8a3c60f7d188f8fa79d48a391a778fa6-53ce929d0e0e4736-01";

fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        headers.append(
            *name,
            HeaderValue::from_bytes(value.as_bytes()).expect("valid"),
        );
    }
    headers
}

fn now() -> Instant {
    Env::system().now()
}

fn rejected(extracted: &Extracted) -> Vec<(Carrier, Reason)> {
    extracted.rejected.iter().collect()
}

#[test]
fn a_request_without_context_costs_no_allocation() {
    let headers = headers(&[("host", "shop"), ("accept", "*/*")]);
    let extracted = Context::extract(&headers, Trust::Mesh, now());
    assert!(extracted.context.0.is_none());
    assert!(extracted.rejected.is_empty());
}

#[test]
fn the_mesh_is_believed() {
    let headers = headers(&[
        ("traceparent", TRACEPARENT),
        ("tracestate", "rojo=1"),
        ("tracestate", "congo=2"),
        ("baggage", "tenant=acme"),
        ("baggage", "beta=yes"),
        ("x-envoy-expected-rq-timeout-ms", "250"),
        ("x-request-id", "order-42"),
        ("idempotency-key", "\"k1\""),
        ("priority", "u=6"),
    ]);
    let now = now();
    let Extracted { context, rejected } = Context::extract(&headers, Trust::Mesh, now);
    assert!(rejected.is_empty());
    assert_eq!(context.trace().traceparent(), TRACEPARENT.as_bytes());
    assert_eq!(context.trace().state.as_deref(), Some("rojo=1,congo=2"));
    assert_eq!(context.baggage().as_header(), "tenant=acme,beta=yes");
    assert_eq!(context.remaining(now), Some(Duration::from_millis(250)));
    assert_eq!(context.request_id().expect("sent").as_str(), "order-42");
    assert_eq!(context.idempotency_key().expect("sent").as_str(), "k1");
    assert_eq!(context.priority().urgency(), 6);
}

#[test]
fn strangers_set_no_baggage_priority_or_sampling() {
    let headers = headers(&[
        ("traceparent", TRACEPARENT),
        ("baggage", "admin=true"),
        ("priority", "u=0"),
        ("x-request-id", "order-42"),
    ]);
    let extracted = Context::extract(&headers, Trust::Edge, now());
    assert_eq!(
        rejected(&extracted),
        [
            (Carrier::Baggage, Reason::Untrusted),
            (Carrier::Priority, Reason::Untrusted),
            (Carrier::Traceparent, Reason::RateLimited),
        ]
    );
    let context = extracted.context;
    assert!(context.baggage().is_empty());
    assert_eq!(context.priority(), Priority::DEFAULT);
    assert!(context.trace().is_valid() && !context.trace().is_sampled());
    assert_eq!(context.request_id().expect("sent").as_str(), "order-42");
}

#[test]
fn some_strangers_may_ask_to_be_sampled() {
    let now = now();
    let headers = headers(&[("traceparent", TRACEPARENT)]);
    let sampled = |extractor: &Extractor| {
        let extract = || extractor.extract(&headers, now);
        (0..10)
            .filter(|_| extract().context.trace().is_sampled())
            .count()
    };
    assert_eq!(sampled(&Extractor::new(Trust::Edge, 3, now)), 3);
    assert_eq!(sampled(&Extractor::new(Trust::Mesh, 3, now)), 10);
}

#[test]
fn the_malformed_is_ignored_and_counted() {
    let cases = [
        ("traceparent", "00-junk", Carrier::Traceparent),
        ("baggage", "no value", Carrier::Baggage),
        ("x-envoy-expected-rq-timeout-ms", "soon", Carrier::Deadline),
        ("connect-timeout-ms", "-5", Carrier::Deadline),
        ("grpc-timeout", "5 minutes", Carrier::Deadline),
        ("x-request-id", "<script>", Carrier::RequestId),
        ("idempotency-key", "bare", Carrier::IdempotencyKey),
        ("priority", "u=11", Carrier::Priority),
    ];
    for (name, value, carrier) in cases {
        let extracted = Context::extract(&headers(&[(name, value)]), Trust::Mesh, now());
        assert_eq!(
            rejected(&extracted),
            [(carrier, Reason::Malformed)],
            "{name}"
        );
        let context = extracted.context;
        assert!(!context.trace().is_valid() && context.baggage().is_empty());
        assert_eq!((context.deadline(), context.request_id()), (None, None));
        assert!(context.idempotency_key().is_none());
        assert_eq!(context.priority(), Priority::DEFAULT);
    }
}

#[test]
fn a_malformed_tracestate_does_not_touch_the_traceparent() {
    let headers = headers(&[("traceparent", TRACEPARENT), ("tracestate", "BAD")]);
    let extracted = Context::extract(&headers, Trust::Mesh, now());
    assert_eq!(
        rejected(&extracted),
        [(Carrier::Tracestate, Reason::Malformed)]
    );
    assert!(extracted.context.trace().is_valid());
    assert_eq!(extracted.context.trace().state, None);
}

#[test]
fn a_tracestate_alone_is_not_looked_at() {
    for value in ["rojo=1", "BAD"] {
        let extracted = Context::extract(&headers(&[("tracestate", value)]), Trust::Mesh, now());
        assert!(extracted.rejected.is_empty());
        assert_eq!(extracted.context.trace(), &TraceContext::default());
    }
}

#[test]
fn what_may_come_once_is_malformed_when_it_comes_twice() {
    let other = TRACEPARENT.replace('8', "9");
    let twice = headers(&[
        ("traceparent", TRACEPARENT),
        ("traceparent", &other),
        ("tracestate", "rojo=1"),
        ("x-request-id", "a"),
        ("x-request-id", "b"),
    ]);
    let extracted = Context::extract(&twice, Trust::Mesh, now());
    let malformed = [Carrier::Traceparent, Carrier::RequestId];
    assert_eq!(
        rejected(&extracted),
        malformed.map(|carrier| (carrier, Reason::Malformed))
    );
    assert_eq!(extracted.context.trace(), &TraceContext::default());
}

#[test]
fn the_earliest_of_several_timeouts_counts() {
    let now = now();
    let headers = headers(&[
        ("x-envoy-expected-rq-timeout-ms", "3000"),
        ("connect-timeout-ms", "junk"),
        ("grpc-timeout", "2S"),
    ]);
    let extracted = Context::extract(&headers, Trust::Edge, now);
    assert_eq!(
        extracted.context.remaining(now),
        Some(Duration::from_secs(2))
    );
    assert_eq!(
        rejected(&extracted),
        [(Carrier::Deadline, Reason::Malformed)]
    );
}

#[test]
fn injecting_replaces_what_was_there() {
    let now = now();
    let trace = TraceContext::root(TraceId([0xab; 16]), SpanId([0xcd; 8]), true);
    let context = Context::default()
        .with_trace(trace)
        .with_deadline(now + Duration::from_micros(1500));
    let mut out = headers(&[("traceparent", TRACEPARENT), ("x-request-id", "old")]);
    context.inject(&mut out, now);
    let hex = "ab".repeat(16);
    assert_eq!(
        out["traceparent"],
        format!("00-{hex}-{}-03", "cd".repeat(8))
    );
    assert_eq!(out["x-request-id"], hex);
    assert_eq!(
        out["x-envoy-expected-rq-timeout-ms"], "1",
        "never more than is left"
    );
    assert_eq!(out.len(), 3);
}

#[test]
fn an_empty_context_writes_nothing() {
    let mut out = HeaderMap::new();
    Context::default().inject(&mut out, now());
    assert!(out.is_empty());
}

proptest! {
    #[test]
    fn what_is_injected_is_extracted(
        (trace, span, sampled) in any::<(u128, u64, bool)>(),
        values in prop::collection::vec(".{0,20}", 0..5),
        id in prop::option::of("[a-zA-Z0-9._-]{1,64}"),
        urgency in 0_u8..8,
        left in 0_u64..100_000,
    ) {
        prop_assume!(trace != 0 && span != 0);
        let now = now();
        let trace = TraceContext {
            state: Some("rojo=1,congo=2".into()),
            ..TraceContext::root(TraceId(trace.to_be_bytes()), SpanId(span.to_be_bytes()), sampled)
        };
        let mut context = Context::default()
            .with_trace(trace)
            .with_deadline(now + Duration::from_millis(left))
            .with_priority(Priority::new(urgency).expect("0 to 7"));
        let mut baggage = Baggage::EMPTY;
        for (index, value) in values.iter().enumerate() {
            baggage = baggage.with(&format!("k{index}"), value).expect("fits");
        }
        context = context.with_baggage(baggage);
        if let Some(id) = id.as_deref().and_then(|id| RequestId::parse(id.as_bytes())) {
            context = context.with_request_id(id);
        }
        let mut headers = HeaderMap::new();
        context.inject(&mut headers, now);
        let read = Context::extract(&headers, Trust::Mesh, now);
        prop_assert!(read.rejected.is_empty());
        prop_assert_eq!(read.context.trace(), context.trace());
        prop_assert_eq!(read.context.baggage(), context.baggage());
        prop_assert_eq!(read.context.deadline(), context.deadline());
        prop_assert_eq!(read.context.request_id(), context.request_id());
        prop_assert_eq!(read.context.priority(), context.priority());
    }
}
