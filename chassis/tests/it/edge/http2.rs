//! HTTP/2 on the same port.

use std::sync::atomic::Ordering::SeqCst;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::Site;
use super::raw::{LONG, eventually};

/// A caller who knows beforehand that it is HTTP/2.
async fn caller(site: &Site) -> SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(site.running.local_addr())
        .await
        .unwrap();
    let (caller, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    chassis::spawn(connection);
    caller
}

fn get(path: &str) -> Request<Full<Bytes>> {
    let uri = format!("http://test{path}");
    Request::get(uri).body(Full::default()).unwrap()
}

async fn text(response: Response<hyper::body::Incoming>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let waiting = caller.send_request(get("/v1/wait"));
    let answer = caller
        .clone()
        .send_request(get("/v1/items/42"))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().contains_key("x-request-id"));
    assert_eq!(text(answer).await, "item 42, query ");
    assert_eq!(site.running.open(), 1);
    site.workshop.gate.add_permits(1);
    assert_eq!(text(waiting.await.unwrap()).await, "waited");
}

#[tokio::test]
async fn a_body_is_collected_and_limited() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let put = |size: usize| {
        let body = Full::from(vec![b'x'; size]);
        Request::put("http://test/v1/items/a").body(body).unwrap()
    };
    let answer = caller.send_request(put(100)).await.unwrap();
    assert_eq!(text(answer).await, "stored a: 100 bytes");
    assert_eq!(caller.send_request(put(5000)).await.unwrap().status(), 413);
}

#[tokio::test]
async fn head_carries_no_body() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let head = Request::head("http://test/v1/items/42")
        .body(Full::default())
        .unwrap();
    let answer = caller.send_request(head).await.unwrap();
    assert_eq!(answer.headers()["content-length"], "15");
    assert_eq!(text(answer).await, "");
}

#[tokio::test]
async fn a_stream_has_its_deadline() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let mut request = get("/v1/wait");
    let header = "x-envoy-expected-rq-timeout-ms";
    request.headers_mut().insert(header, "30".parse().unwrap());
    assert_eq!(caller.send_request(request).await.unwrap().status(), 504);
    let answer = caller.send_request(get("/v1/items/1")).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_reset_stream_cancels_a_get() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let waiting = chassis::spawn(caller.send_request(get("/v1/wait")));
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    waiting.abort();
    let active = || site.count("http.server.active_requests");
    eventually("not any more", || active() == 0.0).await;
    assert_eq!(site.workshop.done.load(SeqCst), 0);
    assert_eq!(
        caller
            .send_request(get("/v1/items/1"))
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn a_drain_says_goodbye_and_answers_what_is_at_work() {
    let site = Site::open();
    let mut caller = caller(&site).await;
    let waiting = chassis::spawn(caller.send_request(get("/v1/wait")));
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    site.running.stop_accepting().await;
    let answers = async {
        // The drain has begun: it is polled first.
        site.workshop.gate.add_permits(1);
        assert_eq!(text(waiting.await.unwrap().unwrap()).await, "waited");
    };
    assert_eq!(tokio::join!(site.running.drain(LONG), answers).0, 0);
    eventually("goodbye", || caller.is_closed()).await;
}
