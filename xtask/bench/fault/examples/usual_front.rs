//! A service in front of others on the usual stack: axum before, and behind it reqwest with the retries of its
//! middleware, to one address after the other. Shown beside the rows of the chassis' client.
//!
//! Prints its address and serves until it is ended. Its arguments are the addresses that it calls.

#![allow(
    clippy::print_stdout,
    reason = "the address is what the caller waits for"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, Uri};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use tokio::net::TcpListener;

struct Next {
    client: ClientWithMiddleware,
    addresses: Vec<String>,
    turn: AtomicUsize,
}

impl Next {
    fn new(addresses: Vec<String>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(1))
            .timeout(Duration::from_secs(10))
            .build()?;
        // As many attempts and as long between them as the chassis has by default.
        let backoff = ExponentialBackoff::builder()
            .retry_bounds(Duration::from_millis(25), Duration::from_secs(1))
            .build_with_max_retries(2);
        let retries = RetryTransientMiddleware::new_with_policy(backoff);
        Ok(Self {
            client: ClientBuilder::new(client).with(retries).build(),
            addresses,
            turn: AtomicUsize::new(0),
        })
    }

    /// What the next one answers, or why nobody does.
    async fn pass(&self, uri: &Uri) -> (StatusCode, String) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.addresses.len();
        let url = format!("http://{}{uri}", self.addresses[turn]);
        let Ok(answer) = self.client.get(url).send().await else {
            return (StatusCode::SERVICE_UNAVAILABLE, String::new());
        };
        let status = answer.status();
        match answer.text().await {
            Ok(body) => (status, body),
            Err(_) => (StatusCode::BAD_GATEWAY, String::new()),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let addresses: Vec<String> = std::env::args().skip(1).collect();
    if addresses.is_empty() {
        return Err("it wants the addresses that it calls".into());
    }
    let next = Arc::new(Next::new(addresses)?);
    let router = Router::new().fallback(move |uri: Uri| {
        let next = Arc::clone(&next);
        async move { next.pass(&uri).await }
    });
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        axum::serve(listener, router).await?;
        Ok(())
    })
}
