//! Typed errors cross as problem details and arrive as the same value.

use bytes::Bytes;
use chassis::contract::{Outgoing, Transport, TransportFuture};
use chassis::{CallError, Problem, ProblemDetails};
use http::Response;

use super::{Inventory, InventoryError, Sku, client, connect};

async fn fail(sku: &str) -> InventoryError {
    client().stock(Sku(sku.to_owned())).await.unwrap_err()
}

async fn unknown(sku: &str) -> ProblemDetails {
    match fail(sku).await {
        InventoryError::Call(CallError::Problem(problem)) => *problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_variant_arrives_as_it_was() {
    assert!(matches!(
        fail("unknown").await,
        InventoryError::UnknownItem { sku, near: None } if sku.0 == "unknown"
    ));
    assert!(matches!(
        fail("near").await,
        InventoryError::UnknownItem { near: Some(near), .. } if near == "nearer"
    ));
    assert!(matches!(fail("closed").await, InventoryError::Closed));
    assert!(matches!(
        fail("leak").await,
        InventoryError::Leak { place: 3 }
    ));
    assert!(matches!(
        fail("official").await,
        InventoryError::OfficialLeak
    ));
}

#[tokio::test]
async fn a_source_stays_at_home() {
    let problem = unknown("unreadable").await;
    assert_eq!(problem.type_uri, "urn:problem:inventory:unreadable");
    assert_eq!(problem.extensions["line"], 7);
    assert_eq!(problem.extensions.get("source"), None);
    assert_eq!(problem.detail, None);
}

#[tokio::test]
async fn an_upstream_is_not_quoted() {
    let problem = unknown("upstream").await;
    assert_eq!(problem, ProblemDetails::chassis("no-endpoint", 503));
}

#[test]
fn only_what_callers_may_see_is_shown() {
    let detail = |error: InventoryError| error.to_problem("inventory").detail;
    assert_eq!(
        detail(InventoryError::Closed).unwrap(),
        "come back tomorrow"
    );
    assert_eq!(detail(InventoryError::Leak { place: 1 }), None);
    assert_eq!(
        detail(InventoryError::OfficialLeak).unwrap(),
        "the roof leaks, officially"
    );
}

#[test]
fn type_title_and_kind_are_those_of_the_variant() {
    let sku = Sku("x".to_owned());
    let error = InventoryError::UnknownItem { sku, near: None };
    let problem = error.to_problem("inventory");
    assert_eq!(problem.type_uri, "urn:problem:inventory:unknown-item");
    assert_eq!(problem.title, "Unknown item");
    assert_eq!(error.kind(), "unknown-item");
    let problem = InventoryError::Closed.to_problem("inventory");
    assert_eq!(problem.type_uri, "https://example.com/closed");
    assert_eq!(problem.title, "We are closed");
}

#[test]
fn variants_are_listed_without_the_failed_call() {
    let variants = InventoryError::variants();
    let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
    assert_eq!(
        names,
        [
            "unknown-item",
            "closed",
            "leak",
            "official-leak",
            "unreadable"
        ]
    );
    assert_eq!(variants[0].doc, "Nobody knows it.");
}

/// Answers every call alike.
struct Canned(u16, &'static str, &'static str);

impl Transport for Canned {
    fn call(&self, _: Outgoing) -> TransportFuture<'_> {
        let response = Response::builder()
            .status(self.0)
            .header("content-type", self.1)
            .body(Bytes::from_static(self.2.as_bytes()))
            .unwrap();
        Box::pin(async move { Ok(response) })
    }
}

async fn canned(status: u16, content_type: &'static str, body: &'static str) -> CallError {
    let client = connect(Canned(status, content_type, body));
    match client.stock(Sku("x".to_owned())).await.unwrap_err() {
        InventoryError::Call(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn answers_that_no_contract_knows() {
    const PROBLEM: &str = "application/problem+json";
    const JSON: &str = "application/json";
    for (status, content_type, body, says) in [
        (302, "text/html", "", "expected 200, got 302 Found"),
        (201, JSON, "{}", "expected 200, got 201 Created"),
        (200, "text/html", "<p>", "expected JSON"),
        (200, PROBLEM, "{}", "expected JSON"),
        (200, JSON, "{\"sku\": 1}", "expected a string"),
        (200, JSON, "not json", "line 1"),
        (404, PROBLEM, "[", "malformed problem"),
    ] {
        let error = canned(status, content_type, body).await;
        assert!(matches!(&error, CallError::Answer { .. }), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn what_http_says_of_the_status_holds() {
    let body = r#"{"type": "urn:x", "status": 200, "extra": [1]}"#;
    let CallError::Problem(problem) = canned(410, "application/problem+json", body).await else {
        panic!("no problem");
    };
    assert_eq!((problem.status, &*problem.type_uri), (410, "urn:x"));
    assert_eq!(problem.extensions["extra"][0], 1);
}

#[tokio::test]
async fn a_problem_with_wrong_members_is_passed_as_it_is() {
    let body = r#"{"type": "urn:problem:inventory:unknown-item", "sku": 5}"#;
    let error = canned(404, "application/problem+json", body).await;
    assert!(matches!(error, CallError::Problem(_)));
}
