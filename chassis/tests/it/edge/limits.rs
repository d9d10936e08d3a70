//! Limits, and what strangers try.

use std::sync::atomic::Ordering::SeqCst;

use chassis::config::{ByteSize, HumanDuration};
use chassis::http::Settings;

use super::Site;
use super::raw::{Raw, eventually};

/// The workshop with other settings.
fn site(change: impl FnOnce(&mut Settings)) -> Site {
    let mut settings = Settings::default();
    change(&mut settings);
    Site::with(&settings, |_| {})
}

/// Says `bytes` and gives the status of the answer, `None` when there is none.
async fn status(site: &Site, bytes: impl AsRef<[u8]>) -> Option<u16> {
    let mut raw = site.raw().await;
    raw.say(bytes).await;
    raw.try_hear(false).await.map(|answer| answer.status)
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_counted() {
    let site = Site::open();
    assert_eq!(
        status(&site, "hello, is anybody there?\r\n\r\n").await,
        Some(400)
    );
    assert_eq!(
        status(&site, "GET /a\0b HTTP/1.1\r\nhost: test\r\n\r\n").await,
        Some(400)
    );
    assert_eq!(
        status(&site, [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await,
        Some(400)
    );
    let long = format!(
        "GET /{} HTTP/1.1\r\nhost: test\r\n\r\n",
        "x".repeat(100_000)
    );
    assert!(matches!(status(&site, long).await, Some(414 | 431)));
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many = format!("GET /v1/items/1 HTTP/1.1\r\nhost: test\r\n{many}\r\n");
    assert_eq!(status(&site, many).await, Some(431));
    let wide = format!(
        "GET / HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n",
        "x".repeat(70_000)
    );
    assert_eq!(status(&site, wide).await, Some(431));
    eventually("all counted", || {
        site.count("chassis.http.server.refused") == 6.0
    })
    .await;
}

#[tokio::test]
async fn a_long_target_is_a_problem() {
    let site = site(|settings| settings.max_uri = ByteSize::from_bytes(100));
    let mut raw = site.raw().await;
    let answer = raw.get(&format!("/v1/items/{}", "x".repeat(100))).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (414, "uri-too-long")
    );
}

#[tokio::test]
async fn bad_encoding_reaches_no_wrong_route() {
    let site = Site::open();
    let mut raw = site.raw().await;
    // The contract reads its own parameters; the path as such is matched as it came.
    assert_eq!(raw.get("/v1/items/%zz").await.body, "item %zz, query ");
    assert_eq!(raw.get("/v1/items/a%2Fb").await.body, "item a%2Fb, query ");
    assert_eq!(raw.get("/v1/%69tems/1").await.status, 404);
    assert_eq!(raw.get("/v1/../v1/items/1").await.status, 404);
}

#[tokio::test]
async fn two_lengths_smuggle_nothing() {
    let site = Site::open();
    let smuggled = "GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n";
    for lengths in [
        "content-length: 0\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 0",
        "content-length: 0\r\ncontent-length: 5",
        "transfer-encoding: identity\r\ncontent-length: 0",
        "content-length: +0",
    ] {
        let mut raw = site.raw().await;
        raw.say(format!(
            "PUT /v1/items/a HTTP/1.1\r\nhost: test\r\n{lengths}\r\n\r\n{smuggled}"
        ))
        .await;
        let status = raw.try_hear(false).await.map(|answer| answer.status);
        assert_eq!(status, Some(400), "{lengths}");
        assert!(raw.is_ended().await, "{lengths}");
    }
    assert_eq!(site.workshop.begun.load(SeqCst), 0);
}

#[tokio::test]
async fn an_upgrade_to_h2c_is_ignored() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say(
        "GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nconnection: upgrade, http2-settings\r\n\
         upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
    )
    .await;
    assert_eq!(raw.hear().await.status, 200);
    assert_eq!(raw.get("/v1/items/2").await.status, 200);
}

#[tokio::test]
async fn slow_headers_are_not_waited_for() {
    let site = site(|settings| settings.headers_timeout = HumanDuration::from_millis(60));
    let mut silent = site.raw().await;
    assert!(silent.is_ended().await);
    let mut slow = site.raw().await;
    slow.say("GET /v1/items/1 HTTP/1.1\r\nhost: te").await;
    assert!(slow.is_ended().await);
    // Also on a connection that has been answered.
    let mut later = site.raw().await;
    assert_eq!(later.get("/v1/items/1").await.status, 200);
    later.say("GET /v1/items/1 HTTP/1.1\r\n").await;
    assert!(later.is_ended().await);
    assert_eq!(site.count("chassis.http.server.timed_out"), 3.0);
}

#[tokio::test]
async fn an_idle_connection_is_closed_a_busy_one_is_not() {
    let site = site(|settings| settings.idle_timeout = HumanDuration::from_millis(40));
    let mut idle = site.raw().await;
    assert_eq!(idle.get("/v1/items/1").await.status, 200);
    let mut busy = site.raw().await;
    busy.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    assert!(idle.is_ended().await);
    site.workshop.gate.add_permits(1);
    assert_eq!(busy.hear().await.status, 200);
    assert!(busy.is_ended().await);
}

#[tokio::test]
async fn a_slow_body_is_not_waited_for() {
    let site = site(|settings| settings.timeout = HumanDuration::from_millis(60));
    let mut raw = site.raw().await;
    raw.say("PUT /v1/items/a HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\nhel")
        .await;
    let answer = raw.hear().await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (408, "body-timeout")
    );
    assert!(raw.is_ended().await);
}

#[tokio::test]
async fn a_stranger_cannot_ask_for_more_time() {
    let site = site(|settings| settings.timeout = HumanDuration::from_millis(30));
    let mut raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\nx-envoy-expected-rq-timeout-ms: 60000\r\n\r\n")
        .await;
    assert_eq!(raw.hear().await.status, 504);
}

#[tokio::test]
async fn what_there_is_no_place_for_is_shed() {
    let site = site(|settings| settings.max_in_flight = 1);
    let mut first = site.raw().await;
    first
        .say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    let mut second = site.raw().await;
    let answer = second.get("/v1/items/1").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (503, "overloaded")
    );
    assert_eq!(answer.header("retry-after"), Some("1"));
    site.workshop.gate.add_permits(1);
    assert_eq!(first.hear().await.status, 200);
    assert_eq!(second.get("/v1/items/1").await.status, 200);
}

#[tokio::test]
async fn beyond_the_limit_connections_wait() {
    let site = site(|settings| settings.max_connections = 1);
    let mut first = site.raw().await;
    assert_eq!(first.get("/v1/items/1").await.status, 200);
    let mut second = site.raw().await;
    second
        .say("GET /v1/items/2 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("full", || site.count("chassis.http.server.full") > 0.0).await;
    assert_eq!(site.running.open(), 1);
    drop(first);
    assert_eq!(second.hear().await.body, "item 2, query ");
}

#[tokio::test]
async fn malformed_context_is_ignored_and_counted() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say(
        "GET /v1/context HTTP/1.1\r\nhost: test\r\ntraceparent: 00-zz-11-00\r\n\
         x-envoy-expected-rq-timeout-ms: soon\r\nbaggage: a=b\r\n\r\n",
    )
    .await;
    let answer = raw.hear().await;
    assert!(answer.body.ends_with(" true"), "{answer:?}");
    assert_eq!(site.count("chassis.context.rejected"), 3.0);
}

#[tokio::test]
async fn the_gauge_is_exact_whatever_happens() {
    let site = Site::open();
    for request in [
        "GET /v1/items/1",
        "GET /v1/panic",
        "GET /nowhere",
        "DELETE /v1/wait",
    ] {
        status(&site, format!("{request} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
    }
    let mut raw: Raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n").await;
    eventually("counted", || {
        site.count("http.server.active_requests") == 1.0
    })
    .await;
    drop(raw);
    eventually("not any more", || {
        site.count("http.server.active_requests") == 0.0
    })
    .await;
    eventually("closed", || site.running.open() == 0).await;
    assert_eq!(site.count("http.server.request.duration"), 5.0);
}
