//! The service in this process, with its own adapters and nothing opened.

use std::time::Duration;

use chassis::testing::System;
use contract::{{trait_name}};
use serde_json::Value;

use super::{NAME, id, kettles};

async fn start() -> System {
    let system = System::of(NAME, crate::service);
    system.start().await.unwrap()
}

#[tokio::test]
async fn what_was_kept_is_found() {
    let system = start().await;
    let client = system.client::<dyn {{trait_name}}>();
    let kept = client.keep(id(), kettles(2)).await.unwrap();
    assert_eq!(client.item(id()).await.unwrap(), kept);
    assert_eq!((kept.name.as_str(), kept.quantity), ("kettle", 2));
}

#[tokio::test]
async fn said_twice_it_is_kept_once() {
    let system = start().await;
    let client = system.client::<dyn {{trait_name}}>();
    let kept = client.keep(id(), kettles(2)).await.unwrap();
    assert_eq!(client.keep(id(), kettles(2)).await.unwrap(), kept);
    let error = client.keep(id(), kettles(3)).await.unwrap_err();
    assert!(matches!(error, contract::ItemError::IdTaken { .. }));
    assert_eq!(client.item(id()).await.unwrap(), kept);
}

#[tokio::test]
async fn an_unknown_item_is_a_problem_with_its_type() {
    let answer = start().await.get("/v1/items/7").await;
    assert_eq!(answer.status(), 404);
    let problem: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(problem["type"], format!("urn:problem:{NAME}:unknown-item"));
    assert_eq!(problem["id"], "7");
}

#[tokio::test]
async fn the_items_are_counted() {
    let system = start().await;
    let client = system.client::<dyn {{trait_name}}>();
    client.keep(id(), kettles(2)).await.unwrap();
    // In real time: a pool of connections takes a clock that jumps for hours gone by.
    let counted = async {
        while !system.metrics().contains("\nitems_kept 1.0\n") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, counted).await.unwrap();
}
