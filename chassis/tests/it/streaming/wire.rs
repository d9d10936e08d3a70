//! What goes over the wire, byte by byte, as a foreign reader sees it.

use std::sync::Arc;
use std::time::Duration;

use chassis::config::HumanDuration;
use chassis::http::client::Settings as ClientSettings;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{House, Show, Theatre, Ticker, Way, eventually, recorded, serve, settings};
use crate::edge::{LONG, Raw};

fn house(change: impl FnOnce(&mut chassis::http::StreamingSettings)) -> House {
    let mut settings = settings();
    change(&mut settings.streaming);
    House::with(Way::Socket, &settings, &ClientSettings::default())
}

/// Asks for `target`, and gives the connection once the head of the answer is there.
async fn ask(house: &House, target: &str, accept: &str) -> (Raw, String) {
    let mut raw = Raw::connect(house.address()).await;
    raw.say(format!(
        "GET {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\naccept: {accept}\r\n\r\n"
    ))
    .await;
    let head = raw.hear().await;
    (raw, head.head)
}

/// The whole body of `target`, out of its chunks.
async fn body(house: &House, target: &str, accept: &str) -> String {
    let (mut raw, _) = ask(house, target, accept).await;
    unchunked(&raw.rest().await)
}

fn unchunked(chunks: &str) -> String {
    let (mut left, mut body) = (chunks, String::new());
    while let Some((size, rest)) = left.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        body.push_str(&rest[..size]);
        left = rest[size..].strip_prefix("\r\n").unwrap();
    }
    body
}

#[tokio::test]
async fn server_sent_events() {
    let house = House::open(Way::Socket);
    let (_, head) = ask(&house, "/v1/numbers/1", "*/*").await;
    for line in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "transfer-encoding: chunked",
        "x-request-id: ",
    ] {
        assert!(head.contains(line), "{head}");
    }
    assert_eq!(
        body(&house, "/v1/numbers/1", "text/event-stream").await,
        "id: 0\ndata: {\"value\":0,\"note\":null}\n\n\
         id: 1\ndata: {\"value\":1,\"note\":\"line\\none \\\"1\\\" ü\"}\n\n\
         event: end\ndata: {}\n\n"
    );
    assert_eq!(
        body(&house, "/v1/plays/fails", "*/*").await,
        "data: \"first\"\n\n\
         event: error\ndata: {\"type\":\"urn:problem:ticker:sold-out\",\"title\":\"Sold out\",\
         \"status\":409,\"detail\":\"sold out after 1\",\"sold\":1}\n\n"
    );
}

#[tokio::test]
async fn ndjson() {
    let house = House::open(Way::Socket);
    let accept = "text/event-stream;q=0.1, application/x-ndjson";
    let (_, head) = ask(&house, "/v1/numbers/1", accept).await;
    assert!(
        head.contains("content-type: application/x-ndjson"),
        "{head}"
    );
    assert_eq!(
        body(&house, "/v1/numbers/0", accept).await,
        "{\"data\":{\"value\":0,\"note\":null},\"id\":\"0\"}\n{\"end\":{}}\n"
    );
    assert_eq!(
        body(&house, "/v1/plays/panics", accept).await,
        "{\"data\":\"first\"}\n{\"error\":{\"type\":\"urn:problem:chassis:panic\",\
         \"title\":\"Internal Server Error\",\"status\":500}}\n"
    );
}

#[tokio::test]
async fn who_takes_neither_is_refused() {
    let house = House::open(Way::Socket);
    let mut raw = Raw::connect(house.address()).await;
    raw.say("GET /v1/quiet HTTP/1.1\r\nhost: test\r\naccept: application/json\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!((answer.status, &*answer.problem()), (406, "not-acceptable"));
    for part in [
        "`accept: application/json`",
        "text/event-stream",
        "x-ndjson",
    ] {
        assert!(answer.body.contains(part), "{}", answer.body);
    }
    assert_eq!(house.produced(), 0);
}

#[tokio::test]
async fn head_is_answered_without_items() {
    let house = House::open(Way::Socket);
    let mut raw = Raw::connect(house.address()).await;
    raw.say("HEAD /v1/quiet HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear_head().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(house.is_empty());
    assert_eq!(raw.get("/v1/nothing").await.status, 404);
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_lives() {
    let house = house(|streaming| streaming.heartbeat = HumanDuration::from_millis(20));
    for (accept, beats) in [("*/*", "3\r\n:\n\n\r\n"), ("application/*", "1\r\n\n\r\n")] {
        let (mut raw, _) = ask(&house, "/v1/quiet", accept).await;
        let said = raw.until(&beats.repeat(3)).await;
        assert!(said.contains('7'), "{said}");
    }
}

#[tokio::test]
async fn a_drain_ends_streams_between_two_items() {
    let house = house(|streaming| streaming.retry = HumanDuration::from_millis(700));
    let (mut events, _) = ask(&house, "/v1/quiet", "*/*").await;
    let (mut lines, _) = ask(&house, "/v1/quiet", "application/*").await;
    events.until("data: 7").await;
    lines.until("{\"data\":7}").await;
    let mut stream = house.ticker.quiet().await.unwrap();
    stream.next().await.unwrap().unwrap();
    let began = tokio::time::Instant::now();
    house.running().stop_accepting().await;
    assert_eq!(house.running().drain(LONG).await, 0);
    assert!(
        began.elapsed() < Duration::from_millis(900),
        "{:?}",
        began.elapsed()
    );
    let pause = |said: &str, after: &str| {
        let (_, pause) = said.rsplit_once(after).unwrap();
        let digits = pause.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        assert!(
            (700..1400).contains(&digits.parse::<u32>().unwrap()),
            "{said}"
        );
    };
    let (events, lines) = (
        unchunked_tail(&mut events).await,
        unchunked_tail(&mut lines).await,
    );
    pause(&events, "retry: ");
    pause(&lines, "{\"retry\":");
    assert!(!events.contains("end") && !lines.contains("end"));
    // Our own reader knows that it was not the end.
    let error = stream.next().await.unwrap().unwrap_err();
    let said = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        said.contains("as it does when it stops; ask again in"),
        "{said}"
    );
    eventually("the producers are dropped", || house.is_empty()).await;
}

/// What still comes: ended as HTTP ends it.
async fn unchunked_tail(raw: &mut Raw) -> String {
    let rest = raw.rest().await;
    assert!(rest.ends_with("\r\n0\r\n\r\n"), "{rest}");
    rest
}

#[tokio::test]
async fn layers_see_the_head_of_a_stream() {
    let (telemetry, _) = recorded("callee");
    let show = Arc::new(Show::default());
    let service: Arc<dyn Ticker> = Arc::new(Theatre(Arc::clone(&show)));
    let mut settings = settings();
    settings.streaming.heartbeat = HumanDuration::from_millis(20);
    let name = http::HeaderName::from_static("x-ink");
    let ink = SetResponseHeaderLayer::appending(name, http::HeaderValue::from_static("red"));
    let running = serve(&settings, &telemetry, |component| {
        component.contract(service);
        component.layer(ink);
    });
    let mut raw = Raw::connect(running.local_addr()).await;
    raw.say("GET /v1/quiet HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let head = raw.hear().await;
    assert_eq!(head.header("x-ink"), Some("red"));
    assert_eq!(head.header("content-length"), None);
    raw.until("data: 7\n\n").await;
    raw.until(":\n\n").await;
    running.stop_accepting().await;
    assert_eq!(running.drain(LONG).await, 0);
    assert!(raw.rest().await.contains("retry: "));
}

/// A foreign client.
#[tokio::test(flavor = "multi_thread")]
async fn curl_reads_it() {
    let house = House::open(Way::Socket);
    let url = format!("http://{}/v1/numbers/2", house.address());
    let curl = tokio::process::Command::new("curl")
        .args(["-sSN", "-H", "Last-Event-ID: 1", &url])
        .output()
        .await;
    let Ok(output) = curl else {
        assert!(std::env::var_os("CI").is_none(), "curl is not installed");
        return;
    };
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "id: 2\ndata: {\"value\":2,\"note\":null}\n\nevent: end\ndata: {}\n\n"
    );
}
