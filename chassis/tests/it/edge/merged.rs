//! Merged axum routers, layers, and contracts in foreign programs.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chassis::http::Settings;
use chassis::telemetry::{Point, PointValue};
use http::{HeaderValue, StatusCode};
use tokio::sync::Semaphore;

use super::Site;
use super::raw::{Raw, eventually};
use super::workshop::Workshop;

fn shelf() -> Router {
    Router::new()
        .route("/shelf/{id}", get(|| async { "shelf" }))
        .route(
            "/peer",
            get(|peer: ConnectInfo<SocketAddr>| async move { peer.0.ip().to_string() }),
        )
        .route(
            "/v1/items/{id}",
            post(|body: String| async move { format!("posted {body}") }),
        )
        .route("/gone", get(|| async { (StatusCode::NOT_FOUND, "gone") }))
}

#[tokio::test]
async fn what_no_contract_knows_falls_through() {
    let site = Site::with(&Settings::default(), |component| {
        component.merge(shelf());
    });
    let mut raw = site.raw().await;
    assert_eq!(raw.get("/v1/items/1").await.body, "item 1, query ");
    let answer = raw.get("/shelf/1").await;
    assert_eq!(answer.body, "shelf");
    assert!(answer.header("x-request-id").is_some());
    assert_eq!(raw.get("/peer").await.body, "127.0.0.1");
    // Another method of a contract's path.
    raw.say("POST /v1/items/1 HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nhi")
        .await;
    assert_eq!(raw.hear().await.body, "posted hi");
}

#[tokio::test]
async fn only_bare_misses_become_problems() {
    let site = Site::with(&Settings::default(), |component| {
        component.merge(shelf());
    });
    let mut raw = site.raw().await;
    assert_eq!(raw.get("/nowhere").await.problem(), "not-found");
    assert_eq!(raw.get("/gone").await.body, "gone");
    raw.say("DELETE /shelf/1 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
}

#[tokio::test]
async fn allow_is_the_union_of_all() {
    let site = Site::with(&Settings::default(), |component| {
        component.merge(shelf());
    });
    let mut raw = site.raw().await;
    for (method, status) in [("OPTIONS", 204), ("DELETE", 405)] {
        raw.say(format!(
            "{method} /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n"
        ))
        .await;
        let answer = raw.hear().await;
        assert_eq!(answer.status, status);
        assert_eq!(
            answer.header("allow"),
            Some("GET, HEAD, PUT, OPTIONS, POST")
        );
    }
}

/// How many requests were counted under a route of the merged routers.
fn counted(site: &Site, route: &str) -> u64 {
    let families = site.telemetry.metrics().snapshot();
    let family = families
        .iter()
        .find(|family| family.name == "http.server.request.duration");
    let points = family.map_or(&[][..], |family| &family.points);
    let of_route = points.iter().filter(|point| {
        let mut labels = point.labels.iter();
        labels.any(|(name, value)| name == "http.route" && value == route)
    });
    let count = |point: &Point| match &point.value {
        PointValue::Histogram(value) => value.count(),
        _ => 0,
    };
    of_route.map(count).sum()
}

#[tokio::test]
async fn calls_that_wait_are_counted_under_their_own_routes() {
    let gate = Arc::new(Semaphore::new(0));
    let waiting = |gate: &Arc<Semaphore>| {
        let gate = Arc::clone(gate);
        get(async move || drop(gate.acquire().await))
    };
    let router = Router::new()
        .route("/first", waiting(&gate))
        .route("/second", waiting(&gate));
    let site = Site::with(&Settings::default(), |component| {
        component.merge(router);
    });
    let (mut first, mut second) = (site.raw().await, site.raw().await);
    for (raw, path) in [(&mut first, "/first"), (&mut second, "/second")] {
        raw.say(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n"))
            .await;
    }
    eventually("both wait", || {
        site.count("http.server.active_requests") >= 2.0
    })
    .await;
    gate.add_permits(2);
    assert_eq!(first.hear().await.status, 200);
    assert_eq!(second.hear().await.status, 200);
    assert_eq!(
        (counted(&site, "/first"), counted(&site, "/second")),
        (1, 1)
    );
}

#[tokio::test]
async fn routers_are_asked_in_order_and_the_body_goes_on() {
    let second = Router::new()
        .route("/shelf/{id}", get(|| async { "never" }))
        .route("/echo", post(|body: String| async move { body }));
    let site = Site::with(&Settings::default(), |component| {
        component.merge(shelf()).merge(second);
    });
    let mut raw = site.raw().await;
    assert_eq!(raw.get("/shelf/1").await.body, "shelf");
    raw.say("POST /echo HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nhi")
        .await;
    assert_eq!(raw.hear().await.body, "hi");
    assert_eq!(raw.get("/nowhere").await.problem(), "not-found");
}

async fn stamp(request: axum::extract::Request, next: Next) -> Response {
    if request.headers().contains_key("x-stop") {
        return StatusCode::IM_A_TEAPOT.into_response();
    }
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static("yes");
    response.headers_mut().insert("x-stamp", value);
    response
}

#[tokio::test]
async fn a_layer_wraps_contracts_and_routers() {
    let site = Site::with(&Settings::default(), |component| {
        component.merge(shelf()).layer(middleware::from_fn(stamp));
    });
    let mut raw = site.raw().await;
    for path in ["/v1/items/1", "/shelf/1", "/nowhere"] {
        let answer = raw.get(path).await;
        assert_eq!(answer.header("x-stamp"), Some("yes"), "{path}");
    }
    raw.say("PUT /v1/items/a HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\nhi")
        .await;
    assert_eq!(raw.hear().await.body, "stored a: 2 bytes");
    raw.say("GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nx-stop: 1\r\n\r\n")
        .await;
    assert_eq!(raw.hear().await.status, 418);
    raw.say("DELETE /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.header("x-stamp"), Some("yes"));
    assert_eq!(raw.get("/v1/panic").await.problem(), "panic");
}

#[tokio::test]
async fn a_layer_of_one_component_leaves_the_others_alone() {
    let site = Site::open();
    let mut routes =
        chassis::http::Routes::new(&Settings::default(), chassis::context::Env::system());
    routes.component(&site.telemetry).contract(Workshop::new());
    let mut other = routes.component(&site.telemetry);
    other.merge(shelf()).layer(middleware::from_fn(stamp));
    let edge = routes.build().unwrap();
    let get = async |path: &str| {
        let request = http::Request::get(path).body(bytes::Bytes::new()).unwrap();
        edge.call(request).await.unwrap()
    };
    assert!(!get("/v1/items/1").await.headers().contains_key("x-stamp"));
    assert!(get("/shelf/1").await.headers().contains_key("x-stamp"));
}

#[tokio::test]
async fn a_contract_serves_in_a_foreign_program() {
    let own = Router::new().route("/own", get(|| async { "own" }));
    let program = own.merge(chassis::http::router::<Workshop>(Workshop::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = async move { axum::serve(listener, program).await };
    let task = chassis::spawn(served);
    let mut raw = Raw::connect(address).await;
    assert_eq!(raw.get("/own").await.body, "own");
    assert_eq!(raw.get("/v1/items/1").await.body, "item 1, query ");
    assert_eq!(raw.get("/v1/panic").await.problem(), "panic");
    raw.say("DELETE /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    assert_eq!(raw.hear().await.problem(), "method-not-allowed");
    task.abort();
}

#[tokio::test]
async fn a_contract_that_is_served_twice_is_refused_by_its_name() {
    let site = Site::open();
    let mut routes =
        chassis::http::Routes::new(&Settings::default(), chassis::context::Env::system());
    routes.component(&site.telemetry).contract(Workshop::new());
    routes.component(&site.telemetry).contract(Workshop::new());
    let error = routes.build().unwrap_err().to_string();
    let expected = "the contract workshop (workshop.rs:1) is served twice";
    assert!(error.contains(expected), "{error}");
}
