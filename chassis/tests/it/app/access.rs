//! The access log of what `App` serves.

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use chassis::App;
use chassis::telemetry::CapturedLine;
use chassis::testing::System;
use http::Request;
use serde_json::json;

use super::{Press, Printer};

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn Press>(Printer);
    app.merge(Router::new().route("/proof", post(async |body: String| body)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_line_tells_of_a_request_what_is_known_and_no_more() {
    let system = System::of("press", service).start().await.unwrap();
    system.get("/v1/page/one").await;
    system.get("/nowhere").await;
    let sent = Request::post("/proof").body(Bytes::from_static(b"ink"));
    system.call(sent.unwrap()).await;
    let lines = system.captured().access();
    let messages: Vec<&str> = lines.iter().map(CapturedLine::message).collect();
    assert_eq!(messages, ["GET /v1/page/{text}", "GET", "POST /proof"]);
    let size = |index: usize| lines[index].field("http.request.body.size");
    assert_eq!([size(0), size(1), size(2)], [Some(&json!(0)), None, None]);
    assert_eq!(lines[1].field("http.route"), None);
    assert_eq!(lines[1].field("url.path"), Some(&json!("/nowhere")));
    assert!(system.stop().await.is_clean());
}
