//! Draining: nothing is lost that the kernel accepted.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use chassis::http::Server;
use http_body::Frame;

use super::Site;
use super::raw::{LONG, Raw, eventually};

#[tokio::test]
async fn answers_say_close_while_balancers_notice() {
    let site = Site::open();
    let mut raw = site.raw().await;
    assert_eq!(raw.get("/v1/items/1").await.header("connection"), None);
    site.running.connection_close();
    assert_eq!(
        raw.get("/v1/items/1").await.header("connection"),
        Some("close")
    );
    assert!(raw.is_ended().await);
    // Others still come in.
    let mut raw = site.raw().await;
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
}

#[tokio::test]
async fn what_the_kernel_holds_is_taken_before_the_listener_closes() {
    let site = Site::open();
    // Not accepted yet: this test and the server share one thread.
    let address = site.running.local_addr();
    let mut waiting: Vec<_> = (0..50)
        .map(|_| std::net::TcpStream::connect(address).unwrap())
        .collect();
    site.running.stop_accepting().await;
    assert!(std::net::TcpStream::connect(address).is_err());
    for stream in &mut waiting {
        use std::io::Write;
        stream
            .write_all(b"GET /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n")
            .unwrap();
    }
    let drained = site.running.drain(LONG);
    let answers = async {
        for stream in waiting {
            stream.set_nonblocking(true).unwrap();
            let mut raw = Raw::of(tokio::net::TcpStream::from_std(stream).unwrap());
            assert_eq!(raw.hear().await.status, 200);
            assert!(raw.is_ended().await);
        }
    };
    assert_eq!(tokio::join!(drained, answers).0, 0);
}

#[tokio::test]
async fn idle_connections_are_closed_and_busy_ones_answered() {
    let site = Site::open();
    let mut idle = site.raw().await;
    assert_eq!(idle.get("/v1/items/1").await.status, 200);
    let mut busy = site.raw().await;
    busy.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    site.running.stop_accepting().await;
    let answers = async {
        assert!(idle.is_ended().await);
        site.workshop.gate.add_permits(1);
        let answer = busy.hear().await;
        assert_eq!(answer.body, "waited");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(busy.is_ended().await);
    };
    assert_eq!(tokio::join!(site.running.drain(LONG), answers).0, 0);
}

/// One event, and then none for ever.
struct Events(Option<&'static str>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(event) => Poll::Ready(Some(Ok(Frame::data(event.into())))),
            None => Poll::Pending,
        }
    }
}

async fn events() -> Response {
    let mut response = Response::new(Body::new(Events(Some("data: one\n\n"))));
    let kind = http::HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert("content-type", kind);
    response
}

#[tokio::test]
async fn a_stream_of_events_is_ended_by_a_drain() {
    let router = axum::Router::new().route("/events", axum::routing::get(events));
    let site = Site::with(&chassis::http::Settings::default(), |component| {
        component.merge(router);
    });
    let mut raw = site.raw().await;
    raw.say("GET /events HTTP/1.1\r\nhost: test\r\n\r\n").await;
    assert_eq!(
        raw.hear().await.header("transfer-encoding"),
        Some("chunked")
    );
    site.running.stop_accepting().await;
    assert_eq!(site.running.drain(LONG).await, 0);
    assert!(raw.rest().await.ends_with("data: one\n\n\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_drain_gives_up_at_its_limit() {
    let site = Site::open();
    let mut busy = site.raw().await;
    busy.say("POST /v1/wait HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n")
        .await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    site.running.stop_accepting().await;
    assert_eq!(site.running.drain(Duration::from_millis(20)).await, 1);
    site.workshop.gate.add_permits(1);
    assert_eq!(site.running.drain(LONG).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_under_load() {
    let site = Site::open();
    let address = site.running.local_addr();
    let callers: Vec<_> = (0..16)
        .map(|_| chassis::spawn(call_until_refused(address)))
        .collect();
    eventually("calls", || site.running.open() >= 8).await;
    site.running.connection_close();
    site.running.stop_accepting().await;
    assert_eq!(site.running.drain(LONG).await, 0);
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.unwrap();
    }
    assert!(answered > 0);
}

/// Calls on connections that last one call each, until no connection is accepted any more. Each
/// that was is answered.
async fn call_until_refused(address: SocketAddr) -> usize {
    let mut answered = 0;
    while let Ok(stream) = tokio::net::TcpStream::connect(address).await {
        let mut raw = Raw::of(stream);
        raw.say("GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
            .await;
        assert_eq!(raw.hear().await.status, 200);
        answered += 1;
    }
    answered
}

#[tokio::test]
async fn a_taken_port_says_which_key_to_change() {
    let site = Site::open();
    let error = Server::bind("http.listen", site.running.local_addr()).unwrap_err();
    assert_eq!(error.exit_code(), 69);
    let text = error.to_string();
    for part in [
        "another program listens there",
        "set http.listen to another port",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_foreign_address_says_so() {
    let address = SocketAddr::from(([192, 0, 2, 1], 8080));
    let error = Server::bind("probe.listen", address).unwrap_err();
    assert_eq!(error.exit_code(), 69);
    let text = error.to_string();
    assert!(
        text.contains("this machine has no such address; set probe.listen"),
        "{text}"
    );
}
