//! One order, one trace, through all of its services: seen by a real collector.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::collector::Collector;
use crate::shop::{Mode, PATIENCE, Shop};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

#[tokio::test]
async fn composed() {
    one_trace(Mode::Composed).await;
}

#[tokio::test]
async fn split() {
    one_trace(Mode::Split).await;
}

async fn one_trace(mode: Mode) {
    let Some(collector) = Collector::start().await else {
        return;
    };
    let settings = [format!("traces.url={}", collector.url("otlp+http"))];
    let shop = Shop::start_with(mode, &settings);
    let response = reqwest::Client::new()
        .post(format!("{}/v1/orders", shop.url()))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .json(&json!({"customer": "ada", "sku": "kettle", "quantity": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);

    let limit = Instant::now() + PATIENCE;
    loop {
        let spans = spans_of_trace(&collector);
        if complete(&spans, mode) {
            assert_parents(&spans);
            return;
        }
        assert!(Instant::now() < limit, "not complete: {spans:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn spans_of_trace(collector: &Collector) -> Vec<(String, Value)> {
    let mut spans = collector.spans();
    spans.retain(|(_, span)| span["traceId"] == TRACE);
    spans
}

/// The counter's request, the ports that it called, and what the others did: each by name.
fn complete(spans: &[(String, Value)], mode: Mode) -> bool {
    let has = |service: &str, name: &str| {
        spans
            .iter()
            .any(|(of, span)| of == service && span["name"] == name)
    };
    let all = has("orders", "POST /v1/orders")
        && has("orders", "order-store/create")
        && has("orders", "order-store/settle")
        && has("inventory", "stock-store/reserve")
        && has("payments", "ledger/record");
    match mode {
        Mode::Composed | Mode::OrdersAlone => all,
        Mode::Split => {
            all && has("inventory", "PUT /v1/reservations/{id}")
                && has("payments", "PUT /v1/payments/{id}")
        }
    }
}

/// Every span's parent is the caller's span or a span of the same trace that arrived.
fn assert_parents(spans: &[(String, Value)]) {
    let ids: HashMap<&str, &str> = spans
        .iter()
        .map(|(_, span)| {
            (
                span["spanId"].as_str().unwrap(),
                span["name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(ids.len(), spans.len(), "span ids repeat");
    for (_, span) in spans {
        let parent = span["parentSpanId"].as_str().unwrap_or_default();
        assert!(
            parent == CALLER || ids.contains_key(parent),
            "orphan: {span:#}"
        );
    }
}
