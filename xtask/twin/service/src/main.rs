//! The program.

use std::sync::Arc;

use tracing_subscriber::EnvFilter;
use twin::SqliteItems;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .init();
    let variable =
        |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let store = SqliteItems::open(&variable("STORE_URL", "sqlite:twin.sqlite?mode=rwc")).await?;
    let store = Arc::new(store);
    tokio::spawn(twin::count(Arc::clone(&store)));
    let listener = tokio::net::TcpListener::bind(variable("LISTEN", "127.0.0.1:8080")).await?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    axum::serve(listener, twin::router(store))
        .with_graceful_shutdown(stop)
        .await?;
    Ok(())
}
