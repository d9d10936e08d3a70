//! The same smallest service as one would begin it without chassis: the route by axum, logs by tracing,
//! a client by reqwest. Built by `cargo xtask bench`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Json, Router, routing::get};
use reqwest::Client;

/// Greets one person, by the name that another service knows.
async fn hello(
    State(client): State<Client>,
    Path(name): Path<String>,
) -> Result<Json<String>, StatusCode> {
    let answer = client
        .get(format!("http://127.0.0.1:8081/names/{name}"))
        .send()
        .await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let name: String = answer.json().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    tracing::info!(%name, "greeted");
    Ok(Json(format!("Hello, {name}!")))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt()
        .json()
        .with_env_filter("info")
        .init();
    let routes = Router::new()
        .route("/v1/hello/{name}", get(hello))
        .with_state(Client::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, routes).await
}
