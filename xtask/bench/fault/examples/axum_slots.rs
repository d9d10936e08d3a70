//! The work of `slots` on bare axum behind the usual stack: a limit of calls at once that somebody chose,
//! and what is beyond it refused. Shown beside `overload.*`.
//!
//! Prints its address and serves until it is ended. With the argument `unlimited` there is no limit: for what stands
//! before it.

#![allow(
    clippy::print_stdout,
    reason = "the address is what the caller waits for"
)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;

/// Twenty slots of 20 ms.
async fn work(free: Arc<Semaphore>) -> &'static str {
    let _slot = free.acquire().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    "done"
}

/// What is commonly chosen: many, since nobody knows.
const AT_ONCE: usize = 1_024;

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let free = Arc::new(Semaphore::new(20));
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_| async {
            StatusCode::SERVICE_UNAVAILABLE
        }))
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(AT_ONCE));
    let router = Router::new().route("/v1/work", get(move || work(Arc::clone(&free))));
    let router = match std::env::args().nth(1).as_deref() {
        Some("unlimited") => router,
        _ => router.layer(limits),
    };
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        axum::serve(listener, router).await
    })
}
