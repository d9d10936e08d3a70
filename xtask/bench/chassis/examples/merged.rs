//! `GET /orders/{id}` by a plain axum router behind the same edge.

use std::future::pending;
use std::process::ExitCode;

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use bench_chassis::Order;
use chassis::{App, Chassis};

async fn order(Path(id): Path<u64>) -> Json<Order> {
    Json(Order::placed(id))
}

async fn slow() {
    pending::<()>().await;
}

async fn panic() {
    panic!("as asked")
}

async fn service(app: App) -> chassis::Result {
    let router = Router::new()
        .route("/orders/{id}", get(order))
        .route("/slow", get(slow))
        .route("/panic", get(panic));
    app.merge(router);
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("orders").run(service)
}
