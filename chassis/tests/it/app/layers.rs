//! `App::layer`, with a layer that the chassis does not know.

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use chassis::App;
use chassis::testing::System;
use http::{HeaderName, HeaderValue, Response};
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Press, Printer};

const INK: HeaderName = HeaderName::from_static("x-ink");

fn ink(color: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::appending(INK, HeaderValue::from_static(color))
}

fn inks(answer: &Response<Bytes>) -> Vec<&str> {
    let values = answer.headers().get_all(INK).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

/// A contract and a router, under two layers.
async fn colored(app: App) -> chassis::Result {
    app.serve::<dyn Press>(Printer);
    app.layer(ink("black"));
    app.merge(Router::new().route("/proof", get(async || "a proof")));
    app.layer(ink("red"));
    Ok(())
}

/// A router, under none.
async fn plain(app: App) -> chassis::Result {
    app.merge(Router::new().route("/plain", get(async || "plain")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn layers_lie_around_all_routes_of_their_component_the_later_outside() {
    let system = System::compose("house")
        .with("colored", colored)
        .with("plain", plain)
        .start()
        .await
        .unwrap();
    for (path, body) in [("/v1/page/one", "\"one\""), ("/proof", "a proof")] {
        let answer = system.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.body()[..]),
            (200, body.as_bytes())
        );
        assert_eq!(inks(&answer), ["black", "red"], "{path}");
        assert!(answer.headers().contains_key("x-request-id"), "{path}");
    }
    let answer = system.get("/plain").await;
    assert_eq!(&answer.body()[..], b"plain");
    assert!(inks(&answer).is_empty());
    // The contract's own client reads the answer as without layers.
    let press = system.client::<dyn Press>();
    assert_eq!(press.page("two".to_owned()).await.unwrap(), "two");
    // What is counted is counted by the route all the same.
    assert!(system.metrics().contains("http_route=\"/v1/page/{text}\""));
    assert!(system.stop().await.is_clean());
}
