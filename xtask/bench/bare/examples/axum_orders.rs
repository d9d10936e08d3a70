//! `GET /orders/{id}` in bare axum: what `http.*` is compared with.
//!
//! Prints its address and serves until it is ended.

#![allow(
    clippy::print_stdout,
    reason = "the address is what the caller waits for"
)]

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;

/// 52 bytes of JSON.
#[derive(Serialize)]
struct Order {
    id: u64,
    sku: String,
    quantity: u32,
    state: &'static str,
}

async fn order(Path(id): Path<u64>) -> Json<Order> {
    Json(Order {
        id,
        sku: "A-10".to_owned(),
        quantity: 3,
        state: "placed",
    })
}

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        axum::serve(listener, Router::new().route("/orders/{id}", get(order))).await
    })
}
