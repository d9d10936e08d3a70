//! The end: under load no accepted request is lost, and no child stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::shop::{Mode, Shop};

/// Kubernetes kills after 30 s; the default limit of a stop lies below, with a second to spare.
const LIMIT: Duration = Duration::from_secs(26);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn composed_under_load() {
    no_accepted_request_fails(Shop::start(Mode::Composed), |shop| shop.signal("TERM")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_under_load() {
    no_accepted_request_fails(Shop::start(Mode::Split), |shop| shop.signal("TERM")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_under_load_by_ctrl_c() {
    let shop = Shop::start_in_group(Mode::Split);
    no_accepted_request_fails(shop, |shop| shop.signal_group("INT")).await;
}

/// What the callers saw.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    failed: AtomicUsize,
    stop: AtomicBool,
}

async fn no_accepted_request_fails(shop: Shop, stop: impl FnOnce(&Shop)) {
    let seen = Arc::new(Seen::default());
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        callers.spawn(call_until_refused(shop.url(), Arc::clone(&seen)));
    }
    while seen.answered.load(Ordering::Relaxed) < 200 {
        tokio::task::yield_now().await;
    }
    stop(&shop);
    let asked = Instant::now();
    let (mut shop, status) = tokio::task::spawn_blocking(move || {
        let mut shop = shop;
        let status = shop.wait();
        (shop, status)
    })
    .await
    .unwrap();
    seen.stop.store(true, Ordering::Relaxed);
    callers.join_all().await;
    assert!(asked.elapsed() < LIMIT, "{:?}", asked.elapsed());
    assert!(status.success(), "{status}; printed:\n{}", shop.printed());
    assert_eq!(
        seen.failed.load(Ordering::Relaxed),
        0,
        "printed:\n{}",
        shop.printed()
    );
}

/// Places orders until nobody listens any more. A connection that is refused was never accepted;
/// everything else that is no 201 has failed.
async fn call_until_refused(url: String, seen: Arc<Seen>) {
    let client = reqwest::Client::new();
    let order = json!({"customer": "ada", "sku": "cup", "quantity": 1});
    while !seen.stop.load(Ordering::Relaxed) {
        match client
            .post(format!("{url}/v1/orders"))
            .json(&order)
            .send()
            .await
        {
            Ok(response) if response.status() == 201 => {
                seen.answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(response) => {
                seen.failed.fetch_add(1, Ordering::Relaxed);
                eprintln!(
                    "{}: {}",
                    response.status(),
                    response.text().await.unwrap_or_default()
                );
            }
            Err(error) if error.is_connect() => return,
            Err(error) => {
                seen.failed.fetch_add(1, Ordering::Relaxed);
                eprintln!("{error:?}");
            }
        }
    }
}
