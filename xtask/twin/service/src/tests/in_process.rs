//! The routes in this process, with nothing opened.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;
use twin_domain::ItemStore;

use super::store;

async fn call(router: &Router, method: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri("/v1/items/7")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 65_536).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn what_was_kept_is_found() {
    let router = crate::router(store().await);
    let kettle = json!({ "name": "kettle", "quantity": 2 });
    let (_, kept) = call(&router, "PUT", &kettle).await;
    assert_eq!(
        call(&router, "GET", &Value::Null).await,
        (StatusCode::OK, kept)
    );
}

#[tokio::test]
async fn said_twice_it_is_kept_once() {
    let router = crate::router(store().await);
    let kettle = json!({ "name": "kettle", "quantity": 2 });
    let first = call(&router, "PUT", &kettle).await;
    assert_eq!(call(&router, "PUT", &kettle).await, first);
    let other = json!({ "name": "kettle", "quantity": 3 });
    assert_eq!(call(&router, "PUT", &other).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_unknown_item_is_a_problem_with_its_type() {
    let router = crate::router(store().await);
    let (status, problem) = call(&router, "GET", &Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(problem["type"], "urn:problem:twin:unknown-item");
}

#[tokio::test]
async fn the_items_are_counted() {
    let store = store().await;
    let router = crate::router(store.clone());
    call(&router, "PUT", &json!({ "name": "kettle", "quantity": 2 })).await;
    assert_eq!(store.count().await.unwrap(), 1);
}
