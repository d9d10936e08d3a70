//! `app.http`: a service without a contract, called through a port of one's own.

use std::sync::Arc;

use chassis::testing::System;
use chassis::{App, CallError, Problem, http, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error, Problem)]
enum TillError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// What the provider answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Charge {
    id: String,
    amount: u32,
}

#[service(version = "1")]
trait Till {
    #[post("/payments/{order}")]
    async fn pay(&self, order: u32) -> Result<Charge, TillError>;
}

struct Desk(http::Client);

impl Till for Desk {
    async fn pay(&self, order: u32) -> Result<Charge, TillError> {
        // ANCHOR: pay
        let charge: Charge = self
            .0
            .post("/charges")
            .bearer_auth("token")
            .idempotency_key(format!("order-{order}"))
            .json(&serde_json::json!({ "amount": 4200, "currency": "eur" }))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        // ANCHOR_END: pay
        Ok(charge)
    }
}

async fn till(app: App) -> chassis::Result {
    let payments = app.http("payments-api")?;
    app.serve::<dyn Till>(Desk(payments));
    Ok(())
}

/// A provider that knows nothing of the chassis.
async fn provider() -> String {
    let charges = axum::routing::post(|request: axum::extract::Request| async move {
        let key = request.headers()["idempotency-key"].to_str().unwrap();
        let id = format!("{} {:?}", key.replace('"', ""), request.version());
        let charge = Charge { id, amount: 4200 };
        axum::response::Response::new(serde_json::to_string(&charge).unwrap())
    });
    let router = axum::Router::new().route("/v2/charges", charges);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    chassis::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}/v2")
}

#[tokio::test]
async fn a_provider_is_called_by_url() {
    let url = provider().await;
    for (protocol, version) in [("http1", "HTTP/1.1"), ("h2", "HTTP/2.0")] {
        let system = System::of("till", till)
            .set("client.payments-api.url", &url)
            .set("client.payments-api.protocol", protocol)
            .start()
            .await
            .unwrap();
        let client: Arc<dyn Till> = system.client::<dyn Till>();
        let charge = client.pay(7).await.unwrap();
        assert_eq!(charge.id, format!("order-7 {version}"));
        let metrics = system.metrics();
        let series = "http_client_request_duration_seconds_count{";
        let line = metrics.lines().find(|line| line.starts_with(series));
        assert!(
            line.is_some_and(|line| line.contains("\"POST\"")),
            "{metrics}"
        );
        system.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_its_section_is_found_at_the_start() {
    for (key, value, said) in [
        ("url", "ftp://pay", "client.payments-api.url"),
        ("url", "https://pay.example", "no TLS"),
        ("protocol", "h3", "auto"),
        ("tls.ca", "x", "client.payments-api.tls"),
    ] {
        let started = System::of("till", till)
            .set(format!("client.payments-api.{key}"), value)
            .start()
            .await;
        match started {
            // With TLS in this build it is right.
            Ok(_) => assert_eq!(said, "no TLS"),
            Err(error) => assert!(error.to_string().contains(said), "{said}: {error}"),
        }
    }
}
