//! Readers that misbehave, and many of them.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use bytes::Bytes;
use chassis::config::HumanDuration;
use chassis::http::client::Settings as ClientSettings;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::{House, Ticker as _, Way, count, eventually, settings};
use crate::edge::{LONG, Raw};

fn house(change: impl FnOnce(&mut chassis::http::StreamingSettings)) -> House {
    let mut settings = settings();
    change(&mut settings.streaming);
    House::with(Way::Socket, &settings, &ClientSettings::default())
}

#[tokio::test]
async fn a_reader_that_never_reads_is_given_up() {
    let house = house(|streaming| streaming.write_timeout = HumanDuration::from_millis(100));
    let mut raw = Raw::connect(house.address()).await;
    raw.say("GET /v1/flood/65536 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("it streams", || house.show.open.load(SeqCst) == 1).await;
    eventually("the producer is dropped", || house.is_empty()).await;
    // What the sockets hold, and not more.
    assert!(house.produced() < 200, "{}", house.produced());
    eventually("the connection is closed", || house.running().open() == 0).await;
    let (_, callee, seen) = house.server.as_ref().unwrap();
    let span = seen.span_named("GET /v1/flood/{size}").unwrap().record;
    assert_eq!(span.attribute("error.type"), Some(&"write-timeout".into()));
    assert_eq!(count(callee, "chassis.http.server.timed_out"), 1.0);
    assert!(!raw.rest().await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn a_reader_that_never_reads_does_not_hold_up_a_stop() {
    let house = House::open(Way::Socket);
    let mut raw = Raw::connect(house.address()).await;
    // One item is more than the sockets of both sides hold.
    raw.say("GET /v1/flood/67108864 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("an item is under way", || house.produced() > 0).await;
    house.running().stop_accepting().await;
    let grace = Duration::from_secs(8);
    assert_eq!(house.running().drain(grace).await, 0);
    assert!(house.is_empty());
}

type Http2 = http2::SendRequest<Empty<Bytes>>;

/// HTTP/2 with `window` bytes that may be under way in each stream.
async fn http2(house: &House, window: u32) -> Http2 {
    let stream = tokio::net::TcpStream::connect(house.address())
        .await
        .unwrap();
    let (caller, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(window)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    chassis::spawn(connection);
    caller
}

async fn get(caller: &mut Http2, path: &str) -> hyper::body::Incoming {
    let request = Request::get(format!("http://test{path}")).body(Empty::new());
    let answer = caller.send_request(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.into_body()
}

#[tokio::test]
async fn on_http2_the_other_streams_go_on() {
    let house = house(|streaming| {
        streaming.write_timeout = HumanDuration::from_millis(100);
        streaming.heartbeat = HumanDuration::from_millis(50);
    });
    let mut caller = http2(&house, 65_535).await;
    let mut quiet = get(&mut caller, "/v1/quiet").await;
    let mut unread = get(&mut caller, "/v1/flood/65536").await;
    eventually("the producer is dropped", || {
        house.show.open.load(SeqCst) == 1
    })
    .await;
    assert!(house.produced() < 10, "{}", house.produced());
    for _ in 0..5 {
        // An item and heartbeats.
        quiet.frame().await.unwrap().unwrap();
    }
    // Whoever reads at last learns that it was too late.
    let end = loop {
        match unread.frame().await {
            Some(Ok(_)) => {}
            end => break end,
        }
    };
    assert!(end.unwrap().is_err());
}

#[tokio::test]
async fn on_http2_streams_are_ended_by_a_drain_and_left_by_a_reset() {
    let house = House::open(Way::Socket);
    let mut caller = http2(&house, 65_535).await;
    let mut one = get(&mut caller, "/v1/quiet").await;
    let two = get(&mut caller, "/v1/quiet").await;
    eventually("both stream", || house.produced() == 2).await;
    drop(two);
    eventually("one left", || house.show.open.load(SeqCst) == 1).await;
    one.frame().await.unwrap().unwrap();
    let reading = chassis::spawn(async move { one.collect().await.unwrap().to_bytes() });
    house.running().stop_accepting().await;
    assert_eq!(house.running().drain(LONG).await, 0);
    assert!(reading.await.unwrap().starts_with(b"retry: "));
    assert!(house.is_empty());
}

#[tokio::test]
async fn no_more_streams_are_open_than_may_be() {
    let house = house(|streaming| streaming.max_open = 2);
    let first = house.ticker.quiet().await.unwrap();
    let _second = house.ticker.quiet().await.unwrap();
    let mut raw = Raw::connect(house.address()).await;
    let answer = raw.get("/v1/quiet").await;
    assert_eq!((answer.status, &*answer.problem()), (503, "overloaded"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(
        answer.body.contains("http.streaming.max_open"),
        "{}",
        answer.body
    );
    // Other calls are not touched by it.
    assert_eq!(raw.get("/v1/plays/unknown").await.status, 404);
    drop(first);
    eventually("one left", || house.show.open.load(SeqCst) == 1).await;
    assert_eq!(
        house
            .ticker
            .quiet()
            .await
            .unwrap()
            .next()
            .await
            .unwrap()
            .unwrap(),
        7
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_readers_are_ended_by_one_stop() {
    let house = House::open(Way::Socket);
    let mut readers = Vec::new();
    for _ in 0..1_000 {
        let mut raw = Raw::connect(house.address()).await;
        raw.say("GET /v1/quiet HTTP/1.1\r\nhost: test\r\n\r\n")
            .await;
        readers.push(raw);
    }
    eventually("all stream", || house.produced() == 1_000).await;
    let (_, callee, _) = house.server.as_ref().unwrap();
    assert_eq!(count(callee, "http.server.active_requests"), 1_000.0);
    house.running().stop_accepting().await;
    assert_eq!(house.running().drain(LONG).await, 0);
    assert!(house.is_empty());
    for mut reader in readers {
        let said = reader.rest().await;
        assert!(
            said.contains("data: 7\n\n") && said.contains("retry: "),
            "{said}"
        );
    }
}
