//! A plain axum router in a service.

use chassis::testing::System;

use super::{English, Greeter};

// ANCHOR: recipe
use axum::extract::Path;
use axum::{Router, routing::get};
use chassis::{App, Context};

async fn label(Path(sku): Path<String>) -> String {
    format!("{sku} in trace {}", Context::current().trace().trace_id)
}

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn Greeter>(English);
    app.merge(Router::new().route("/labels/{sku}", get(label)));
    Ok(())
}
// ANCHOR_END: recipe

#[tokio::test(start_paused = true)]
async fn it_is_counted_and_traced_as_everything() {
    let system = System::of("greeter", service).start().await.unwrap();
    let answer = system.get("/labels/4711").await;
    assert!(answer.body().starts_with(b"4711 in trace "), "{answer:?}");
    let page = system.metrics();
    assert!(page.contains("http_route=\"/labels/{sku}\""), "{page}");
}
