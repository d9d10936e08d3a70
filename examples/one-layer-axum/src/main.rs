//! A plain axum program with one layer of the chassis: metrics and traces, nothing else.

use axum::{Router, extract::Path, routing::get};
use chassis::http::layer::ServerTelemetryLayer;
use chassis::telemetry::{Telemetry, TracesSettings};

async fn item(Path(sku): Path<String>) -> String {
    format!("12 pieces of {sku}\n")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut traces = TracesSettings::default();
    if let Ok(collector) = std::env::var("COLLECTOR") {
        traces.url = collector.parse()?; // otlp+http://localhost:4318
    }
    // ANCHOR: layer
    let telemetry = Telemetry::hosted("shelf", &traces)?;
    let items = Router::new()
        .route("/items/{sku}", get(item))
        .layer(ServerTelemetryLayer::new(&telemetry));
    let metrics = async move || {
        let (kind, page) = telemetry.metrics().scrape(None);
        ([("content-type", kind)], page)
    };
    let app = items.route("/metrics", get(metrics));
    // ANCHOR_END: layer

    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:3000");
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
