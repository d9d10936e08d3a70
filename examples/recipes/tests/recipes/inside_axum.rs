//! A contract in a program of axum's own.

use super::{English, Greeter};

// ANCHOR: recipe
use std::sync::Arc;

use axum::{Router, routing::get};

fn app() -> Router {
    Router::new()
        .route("/own", get(|| async { "own" }))
        .merge(chassis::http::router::<dyn Greeter>(Arc::new(English)))
}
// ANCHOR_END: recipe

#[tokio::test]
async fn both_are_answered() {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    for (path, body) in [("/own", "own"), ("/v1/greetings/Ada", "\"Hello, Ada!\"")] {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let answer = app().oneshot(request).await.unwrap();
        let bytes = to_bytes(answer.into_body(), 1_000).await.unwrap();
        assert_eq!(&bytes[..], body.as_bytes());
    }
}
