//! The layers that a program can adopt alone, in one that knows nothing of the chassis.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use chassis::context::Trust;
use chassis::http::layer::{ClientTelemetryLayer, ServerTelemetryLayer};
use chassis::telemetry::{Telemetry, TracesSettings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn telemetry() -> Telemetry {
    Telemetry::hosted("host", &TracesSettings::default()).unwrap()
}

fn page(telemetry: &Telemetry) -> String {
    telemetry.metrics().scrape(None).1
}

fn ask(path: &str) -> Request<Body> {
    Request::builder()
        .uri(path)
        .header("traceparent", format!("00-{TRACE}-{CALLER}-00"))
        .header("baggage", "tenant=blue")
        .body(Body::empty())
        .unwrap()
}

/// A server that answers one call, and the head of what it was asked.
async fn callee() -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let head = chassis::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let (mut lines, mut head) = (BufReader::new(read).lines(), Vec::new());
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
        write.write_all(answer).await.unwrap();
        head
    });
    (url, head)
}

/// What a callee sees of a call that a handler makes, both behind a layer with this trust.
async fn told(trust: Trust) -> Vec<String> {
    let telemetry = telemetry();
    let client = ClientTelemetryLayer::new(&telemetry).trust(trust);
    let client = client.layer(reqwest::Client::new());
    let (url, head) = callee().await;
    let url: reqwest::Url = url.parse().unwrap();
    let handler = async move || {
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        client.clone().oneshot(request).await.unwrap();
    };
    let app = Router::new()
        .route("/", get(handler))
        .layer(ServerTelemetryLayer::new(&telemetry).trust(trust));
    let answer = app.oneshot(ask("/")).await.unwrap();
    assert_eq!(answer.status(), 200);
    head.await.unwrap()
}

#[tokio::test]
async fn a_call_of_a_handler_continues_the_trace() {
    let head = told(Trust::Edge).await;
    let parent = head
        .iter()
        .find_map(|line| line.strip_prefix("traceparent: "));
    let parent = parent.unwrap_or_else(|| panic!("no trace in {head:?}"));
    assert!(parent.starts_with(&format!("00-{TRACE}-")), "{parent}");
    assert!(
        !parent.contains(CALLER),
        "the call has a place of its own: {parent}"
    );
}

#[tokio::test]
async fn baggage_goes_along_within_a_mesh_only() {
    let has = |head: &[String]| head.iter().any(|line| line == "baggage: tenant=blue");
    let (stranger, fellow) = (told(Trust::Edge).await, told(Trust::Mesh).await);
    assert!(!has(&stranger), "{stranger:?}");
    assert!(has(&fellow), "{fellow:?}");
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_counted_as_cancelled() {
    let telemetry = telemetry();
    let app = Router::new()
        .route("/hang", get(pending::<String>))
        .layer(ServerTelemetryLayer::new(&telemetry));
    {
        let mut call = pin!(app.oneshot(ask("/hang")));
        let polled = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        assert!(!polled);
        assert!(
            page(&telemetry)
                .contains("active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 1")
        );
    }
    let page = page(&telemetry);
    assert!(page.contains("active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 0"));
    assert!(page.contains("error_type=\"cancelled\""), "{page}");
}

#[tokio::test]
async fn a_router_that_is_nested_twice_is_counted_in_both_places() {
    let telemetry = telemetry();
    let inner = Router::new()
        .route("/{id}", get(async || "found"))
        .layer(ServerTelemetryLayer::new(&telemetry));
    let app = Router::new().nest("/a", inner.clone()).nest("/b", inner);
    for path in ["/a/1", "/b/1", "/a/2"] {
        app.clone().oneshot(ask(path)).await.unwrap();
    }
    let page = page(&telemetry);
    let count = |route: &str| {
        let label = format!("http_route=\"{route}\"");
        let of = |line: &&str| line.contains("duration_seconds_count{") && line.contains(&label);
        let line = page
            .lines()
            .find(of)
            .unwrap_or_else(|| panic!("no {route} in {page}"));
        line.rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_eq!(
        (count("/a/{id}"), count("/b/{id}")),
        ("2".into(), "1".into())
    );
}
