//! The same tests in one process and in three.

use serde_json::{Value, json};

use crate::shop::{Mode, Shop};

macro_rules! both_ways {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn composed() {
                super::$name(Shop::start(Mode::Composed)).await;
            }

            #[tokio::test]
            async fn split() {
                super::$name(Shop::start(Mode::Split)).await;
            }
        }
    )*};
}

both_ways!(the_printed_line_places_an_order, errors_cross_typed, pages);

async fn place(url: &str, order: &Value) -> reqwest::Response {
    let client = reqwest::Client::new();
    client
        .post(format!("{url}/v1/orders"))
        .json(order)
        .send()
        .await
        .unwrap()
}

async fn get(url: &str) -> Value {
    let response = reqwest::get(url).await.unwrap();
    assert_eq!(response.status(), 200, "{url}");
    response.json().await.unwrap()
}

async fn the_printed_line_places_an_order(mut shop: Shop) {
    for _ in 0..3 {
        assert_eq!(shop.run_curl(), "201");
    }
    let printed = shop.printed();
    let first = printed.find("curl ").unwrap();
    assert!(
        printed[..first].contains("http://127.0.0.1:"),
        "no listener before it:\n{printed}"
    );
    let page = get(&format!("{}/v1/orders", shop.url())).await;
    assert_eq!(page["orders"].as_array().unwrap().len(), 3);
    assert!(page["orders"][0]["state"] == "confirmed", "{page}");
}

async fn errors_cross_typed(shop: Shop) {
    let unknown = json!({"customer": "ada", "sku": "anvil", "quantity": 1});
    let response = place(&shop.url(), &unknown).await;
    assert_eq!(response.status(), 422);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["type"], "urn:problem:orders:unknown-item");
    assert_eq!(problem["sku"], "anvil");

    // 1,000 kettles cost more than the sandbox approves: the stock goes back.
    let dear = json!({"customer": "ada", "sku": "kettle", "quantity": 1000});
    let response = place(&shop.url(), &dear).await;
    assert_eq!(response.status(), 402);
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["type"], "urn:problem:orders:payment-declined");

    let invalid = json!({"customer": "", "sku": "kettle", "quantity": 0});
    let response = place(&shop.url(), &invalid).await;
    assert_eq!(response.status(), 422);
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
}

async fn pages(shop: Shop) {
    let order = json!({"customer": "ada", "sku": "cup", "quantity": 1});
    for _ in 0..5 {
        assert_eq!(place(&shop.url(), &order).await.status(), 201);
    }
    let mut after = String::new();
    let mut seen = Vec::new();
    loop {
        let page = get(&format!("{}/v1/orders?limit=2&after={after}", shop.url())).await;
        let ids = page["orders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["id"].clone());
        seen.extend(ids.map(|id| id.as_i64().unwrap()));
        match page["next"].as_i64() {
            Some(next) => after = next.to_string(),
            None => break,
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}
