//! The policies around a reqwest client, in a program that knows nothing else of the chassis.

use axum::Router;
use axum::routing::get;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;
use tower::ServiceExt;

// ANCHOR: recipe
use std::sync::Arc;

use bytes::Bytes;
use chassis::context::Env;
use chassis::policy::breaker::BreakerSettings;
use chassis::policy::stack::{Again, MethodSettings, StackSettings, Verdict};
use chassis::policy::{Stack, StackLayer};
use tower::{BoxError, Layer, Service, service_fn};

/// Only what a server says when it cannot serve is a failure.
fn judge(result: &Result<reqwest::Response, BoxError>) -> Verdict {
    match result {
        Ok(answer) if answer.status().is_server_error() => Verdict::failure(Again::Failed),
        Ok(_) => Verdict::SUCCESS,
        Err(_) => Verdict::failure(Again::Failed),
    }
}

/// Calls of the catalogue that may be repeated, with timeouts, breaker, retries and their budget.
fn catalogue(
    client: reqwest::Client,
) -> Result<
    impl Service<http::Request<Bytes>, Response = reqwest::Response, Error = BoxError> + Clone,
    BoxError,
> {
    let read = MethodSettings {
        is_repeatable: true,
        ..MethodSettings::default()
    };
    let settings = StackSettings {
        breaker: Some(BreakerSettings::default()),
        methods: vec![read],
        ..StackSettings::default()
    };
    let stack = Stack::new(Env::system(), "catalogue", settings)?;
    let send = service_fn(move |request: http::Request<Bytes>| {
        let client = client.clone();
        async move { client.execute(request.try_into()?).await }
    });
    Ok(StackLayer::new(Arc::new(stack), judge).layer(send))
}
// ANCHOR_END: recipe

#[tokio::test]
async fn what_fails_once_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&asked);
    let answer = move || async move {
        match seen.fetch_add(1, Ordering::SeqCst) {
            0 => Err(http::StatusCode::SERVICE_UNAVAILABLE),
            _ => Ok("a kettle"),
        }
    };
    let server = axum::serve(listener, Router::new().route("/", get(answer)));
    chassis::spawn(server.into_future());
    let catalogue = catalogue(reqwest::Client::new()).unwrap();
    let request = http::Request::get(url).body(Bytes::new()).unwrap();
    let answer = catalogue.oneshot(request).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "a kettle");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
