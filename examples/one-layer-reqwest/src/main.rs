//! A plain reqwest program with one layer of the chassis: metrics and traces, nothing else.

use chassis::http::layer::ClientTelemetryLayer;
use chassis::telemetry::{Telemetry, TracesSettings};
use reqwest::{Client, Method, Request};
use tower::{Layer, ServiceExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1);
    let url = url.ok_or("usage: one-layer-reqwest URL")?.parse()?;
    let mut traces = TracesSettings::default();
    if let Ok(collector) = std::env::var("COLLECTOR") {
        traces.url = collector.parse()?; // otlp+http://localhost:4318
    }
    // ANCHOR: layer
    let telemetry = Telemetry::hosted("visitor", &traces)?;
    let client = ClientTelemetryLayer::new(&telemetry).layer(Client::new());

    let request = Request::new(Method::GET, url);
    let answer = client.clone().oneshot(request).await;
    // ANCHOR_END: layer
    match answer {
        Ok(answer) => println!("{}", answer.text().await?),
        Err(error) => println!("{error}"),
    }
    println!("{}", telemetry.metrics().scrape(None).1);
    telemetry.shutdown(std::time::Duration::from_secs(5)).await;
    Ok(())
}
