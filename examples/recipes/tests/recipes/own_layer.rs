//! A layer of one's own around all routes.

use chassis::testing::System;

use super::{English, Greeter};

// ANCHOR: recipe
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use chassis::App;
use http::{HeaderValue, header::CACHE_CONTROL};

async fn no_store(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let value = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, value);
    answer
}

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn Greeter>(English);
    app.layer(from_fn(no_store));
    Ok(())
}
// ANCHOR_END: recipe

#[tokio::test(start_paused = true)]
async fn it_lies_around_contracts_too() {
    let system = System::of("greeter", service).start().await.unwrap();
    let answer = system.get("/v1/greetings/Ada").await;
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
}
