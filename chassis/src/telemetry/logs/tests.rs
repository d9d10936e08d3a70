//! Lines and spans by `tracing`, seen through captures; many systems at once in this process.

mod requests;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;
use tracing::{debug, info, info_span, warn};

use super::access::AccessLog;
use super::look::Look;
use super::*;
use crate::Context;
use crate::context::{Env, SpanId, TraceContext, TraceFlags, TraceId};
use crate::telemetry::{Capture, Resource, Settings, SpanRecord, Telemetry};

fn system(name: &str) -> (Telemetry, Capture) {
    let env = Env::system();
    let resource = Resource::new(name, &env);
    Telemetry::captured(env, &Settings::default(), resource).unwrap()
}

/// A call that `telemetry` serves.
fn call(telemetry: &Telemetry, flags: TraceFlags) -> Context {
    let trace = TraceContext {
        trace_id: TraceId([0xab; 16]),
        span_id: SpanId([0xcd; 8]),
        flags,
        state: None,
    };
    Context::default()
        .with_trace(trace)
        .with_component(telemetry.id())
}

const UNSAMPLED: TraceFlags = TraceFlags(0);

fn id_of(record: &SpanRecord) -> SpanId {
    record.trace.span_id
}

#[test]
fn an_event_is_a_line_with_its_trace() {
    let (shop, capture) = system("shop");
    call(&shop, UNSAMPLED).enter(|| {
        info!(
            sku = "a-1",
            count = 3,
            ratio = 0.5,
            gone = true,
            "sold \"out\"\n"
        );
    });
    let lines = capture.lines();
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(line.message(), "sold \"out\"\n");
    assert_eq!((line.level(), line.service()), ("INFO", "shop"));
    assert_eq!(line.target(), module_path!());
    assert_eq!(line.trace_id(), "ab".repeat(16));
    assert_eq!(line.span_id(), "cd".repeat(8));
    let fields = json!({ "sku": "a-1", "count": 3, "ratio": 0.5, "gone": true });
    assert_eq!(line.json()["fields"], fields);
}

#[test]
fn odd_values_stay_json_and_secrets_stay_secret() {
    let (shop, capture) = system("shop");
    let cause = std::io::Error::other("disk \"a\" is full");
    let error: &(dyn std::error::Error + 'static) = &cause;
    call(&shop, UNSAMPLED).enter(|| {
        warn!(
            nan = f64::NAN,
            most = u64::MAX,
            db_password = "hunter2",
            error,
            list = ?["x"],
            "odd"
        );
    });
    let expected = json!({
        "nan": "NaN",
        "most": u64::MAX.to_string(),
        "db_password": "***",
        "error": "disk \"a\" is full",
        "list": "[\"x\"]",
    });
    assert_eq!(capture.lines()[0].json()["fields"], expected);
}

#[test]
fn spans_and_events_join_a_sampled_trace() {
    let (shop, capture) = system("shop");
    let place = call(&shop, TraceFlags::SAMPLED).enter(|| {
        let outer = info_span!("reserve", sku = "a-1", stock = tracing::field::Empty);
        outer.in_scope(|| {
            info!(left = 2, "looked up");
            outer.record("stock", 2);
            info_span!("lock").in_scope(|| Context::current().trace().clone())
        })
    });
    let find = |name| capture.span_named(name).unwrap().record;
    let (outer, inner) = (find("reserve"), find("lock"));
    assert_eq!(outer.parent, Some(SpanId([0xcd; 8])));
    assert_eq!(inner.parent, Some(id_of(&outer)));
    assert_eq!(place, inner.trace);
    assert_eq!(outer.trace.trace_id, TraceId([0xab; 16]));
    assert_eq!(
        outer.attributes,
        [("sku", "a-1".into()), ("stock", 2.into())]
    );
    let [event] = &outer.events[..] else {
        panic!("{outer:?}");
    };
    assert_eq!(event.name, "looked up");
    assert_eq!(
        event.attributes,
        [("left", 2.into()), ("level", "INFO".into())]
    );
    // The line says the span in which it was logged.
    assert_eq!(capture.lines()[0].span_id(), id_of(&outer).to_string());
}

#[test]
fn events_outside_of_spans_join_the_crossing() {
    let (shop, capture) = system("shop");
    let context = call(&shop, TraceFlags::SAMPLED);
    context.enter(|| info!("in the handler"));
    let trace = context.trace().clone();
    let wall = shop.env().wall();
    shop.record(SpanRecord::new(
        "GET /",
        crate::telemetry::SpanKind::Server,
        trace,
        wall,
    ));
    let crossing = capture.span_named("GET /").unwrap().record;
    assert_eq!(crossing.events[0].name, "in the handler");
}

#[test]
fn spans_of_an_unsampled_trace_are_never_made() {
    let (shop, capture) = system("shop");
    call(&shop, UNSAMPLED).enter(|| {
        let span = info_span!("reserve");
        assert!(span.is_disabled());
        span.in_scope(|| info!("still logged"));
    });
    assert_eq!(capture.spans(), []);
    assert_eq!(capture.lines()[0].span_id(), "cd".repeat(8));
}

#[tokio::test]
async fn a_span_is_the_place_only_while_it_is_polled() {
    let (shop, capture) = system("shop");
    let context = call(&shop, TraceFlags::SAMPLED);
    let place = || Context::current().trace().span_id;
    let work = async {
        // Wrong, as tracing says: the guard is held over an await. It must not lead another task
        // astray.
        let _guard = info_span!("held").entered();
        let before = place();
        tokio::task::yield_now().await;
        (before, place())
    };
    let mut work = std::pin::pin!(context.clone().scope(work));
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx))).await;
    assert!(first.is_pending());
    assert_eq!(place(), SpanId::default());
    let (before, after) = work.await;
    assert_ne!(before, SpanId([0xcd; 8]));
    assert_eq!(place(), SpanId::default());
    assert_eq!(
        after, before,
        "the context is lent back with the place in it"
    );
    assert_eq!(id_of(&capture.span_named("held").unwrap().record), before);
}

#[test]
fn a_guard_that_moves_to_another_thread_leads_nobody_astray() {
    let (shop, _capture) = system("shop");
    let mut context = call(&shop, TraceFlags::SAMPLED);
    let place = || Context::current().trace().span_id;
    let span = context.lend(|| {
        let span = info_span!("held");
        tracing::dispatcher::get_default(|subscriber| subscriber.enter(&span.id().unwrap()));
        span
    });
    assert_eq!(place(), SpanId::default());
    // The task goes on elsewhere, and leaves the span there.
    let elsewhere = std::thread::spawn(move || {
        context.lend(|| {
            tracing::dispatcher::get_default(|subscriber| subscriber.exit(&span.id().unwrap()));
        });
        (place(), context)
    });
    let (outside, context) = elsewhere.join().unwrap();
    assert_eq!(outside, SpanId::default());
    assert_eq!(context.trace().span_id, SpanId([0xcd; 8]));
}

#[test]
fn the_level_can_be_changed_while_it_runs() {
    let (shop, capture) = system("shop");
    let say = || call(&shop, UNSAMPLED).enter(|| debug!("detail"));
    say();
    assert_eq!(capture.lines(), []);
    shop.set_log_level("warn,chassis::telemetry=debug").unwrap();
    assert_eq!(shop.log_level(), "warn,chassis::telemetry=debug");
    say();
    assert_eq!(capture.lines().len(), 1);
    assert!(shop.set_log_level("inof").is_err());
    assert_eq!(shop.log_level(), "warn,chassis::telemetry=debug");
    shop.set_log_level("off").unwrap();
    say();
    assert_eq!(capture.lines().len(), 1);
}

#[test]
fn systems_and_components_are_told_apart() {
    let (shop, of_shop) = system("shop");
    let (_bank, of_bank) = system("bank");
    let orders = shop.component("orders");
    call(&orders, TraceFlags::SAMPLED).enter(|| {
        info_span!("place").in_scope(|| info!("placed"));
    });
    assert_eq!(of_bank.lines(), []);
    assert_eq!(of_shop.lines()[0].service(), "orders");
    assert_eq!(of_shop.span_named("place").unwrap().service, "orders");
    drop(orders);
    // Nobody is left to take it; it must not panic either.
    let gone = system("gone").0;
    let context = call(&gone, TraceFlags::SAMPLED);
    drop(gone);
    context.enter(|| info!("too late"));
}

#[test]
fn what_cannot_be_opened_is_refused_by_its_key() {
    let env = Env::system();
    let refused = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        let resource = Resource::new("shop", &env);
        let error = Telemetry::captured(env.clone(), &settings, resource).unwrap_err();
        assert_eq!(error.exit_code(), 78);
        error.to_string()
    };
    assert!(refused(|it| it.logs.url = "syslog://host".parse().unwrap()).contains("logs.url"));
    assert!(refused(|it| it.metrics.url = "otlp://host".parse().unwrap()).contains("metrics.url"));
    let more = refused(|it| it.logs.url = "stdout:json".parse().unwrap());
    assert!(more.contains("nothing may follow"), "{more}");
    assert!(refused(|it| it.logs.level = "inof".into()).contains("did you mean `info`"));
}
