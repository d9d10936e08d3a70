//! A customer who sends his order twice has one order: one after the other, at the same time, and
//! over the death of the process in between.

use std::time::Duration;

use serde_json::{Value, json};

use crate::shop::{Mode, PATIENCE, Shop};

/// What the caller was told.
#[derive(Debug, PartialEq)]
struct Told {
    status: u16,
    location: Option<String>,
    body: String,
}

async fn place(url: &str, key: &str, quantity: u32) -> reqwest::Result<(Told, bool)> {
    let order = json!({"customer": "ada", "sku": "cup", "quantity": quantity});
    let response = reqwest::Client::new()
        .post(format!("{url}/v1/orders"))
        .header("idempotency-key", format!("\"{key}\""))
        .json(&order)
        .send()
        .await?;
    let header = |name: &str| {
        let value = response.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let replayed = header("idempotency-replayed").is_some();
    let told = Told {
        status: response.status().as_u16(),
        location: header("location"),
        body: response.text().await?,
    };
    Ok((told, replayed))
}

/// Asks until the answer is there: as a customer's client does who is told to wait.
async fn placed(url: &str, key: &str) -> Told {
    let limit = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (told, _) = place(url, key, 1).await.unwrap();
        if told.status != 409 {
            return told;
        }
        assert!(tokio::time::Instant::now() < limit, "{told:?}");
        tokio::task::yield_now().await;
    }
}

async fn orders(url: &str) -> Vec<Value> {
    let page = reqwest::get(format!("{url}/v1/orders?limit=100")).await;
    let page: Value = page.unwrap().json().await.unwrap();
    page["orders"].as_array().unwrap().clone()
}

#[tokio::test]
async fn one_after_the_other() {
    for mode in [Mode::Composed, Mode::Split] {
        let shop = Shop::start(mode);
        let url = shop.url();
        let (first, replayed) = place(&url, "k", 1).await.unwrap();
        assert_eq!((first.status, replayed), (201, false), "{first:?}");
        let (again, replayed) = place(&url, "k", 1).await.unwrap();
        assert!(replayed);
        assert_eq!(again, first);
        let (other, _) = place(&url, "k", 2).await.unwrap();
        assert_eq!(other.status, 422, "{other:?}");
        assert_eq!(orders(&url).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_same_time() {
    let shop = Shop::start(Mode::Composed);
    let url = shop.url();
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { placed(&url, "k").await })
        })
        .collect();
    let mut told = Vec::new();
    for caller in callers {
        told.push(caller.await.unwrap());
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    assert_eq!(told[0].status, 201);
    assert_eq!(orders(&url).await.len(), 1);
}

/// Killed at many moments of one order: before it, within it, after it was kept. Whatever was kept in
/// memory is gone each time; what was written with the order is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_the_death_of_the_process() {
    for settings in [vec![], sqlite()] {
        let mut shop = Shop::start_with(Mode::Composed, &settings);
        for round in 0..6_u32 {
            let (url, key) = (shop.url(), format!("round {round}"));
            let asked = tokio::spawn({
                let (url, key) = (url.clone(), key.clone());
                async move { place(&url, &key, 1).await.ok() }
            });
            // The times spread over what an order takes; the last ones come after its answer.
            tokio::time::sleep(Duration::from_millis(u64::from(round) * 4)).await;
            shop = shop.killed_and_started(Mode::Composed, &settings);
            let answered = asked.await.unwrap();
            let told = placed(&shop.url(), &key).await;
            assert_eq!(told.status, 201, "{told:?}");
            if let Some((before, _)) = answered {
                assert_eq!(before.body, told.body, "round {round}");
            }
            let orders = orders(&shop.url()).await;
            assert_eq!(orders.len(), round as usize + 1, "{orders:?}");
            let confirmed = |order: &Value| order["state"] == "confirmed";
            assert!(orders.iter().all(confirmed), "{orders:?}");
        }
    }
}

/// Answers in the orders' own store, and claims that end soon after their process.
fn sqlite() -> Vec<String> {
    let set = |key: &str, value: &str| format!("orders.idempotency.{key}={value}");
    vec![set("url", "sqlite:"), set("lease", "1s")]
}
