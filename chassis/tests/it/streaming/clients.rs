//! Servers that send something else, or nothing.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::CallError;
use chassis::contract::Bound;
use chassis::http::client::Settings as ClientSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Play, Ticker as _, TickerError, connect, count, recorded, transport};

/// A server that says `answer` to the first request, then ends the connection, or waits.
async fn answering(answer: String, waits: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(chassis::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        if waits {
            std::future::pending::<()>().await;
        }
    }));
    address
}

/// What a reader of `body` gets: the items, and the error that they end with.
async fn read(kind: &str, body: &str, settings: &ClientSettings) -> (Vec<String>, CallError) {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    let waits = body.ends_with('~');
    let answer = format!("{head}{}", body.trim_end_matches('~'));
    let address = answering(answer, waits).await;
    let (telemetry, _) = recorded("caller");
    let transport = transport(address, settings, &telemetry);
    let ticker = connect(Bound::Remote(std::sync::Arc::new(transport)));
    let mut items = Vec::new();
    let mut stream = match ticker.play(Play::Fails).await {
        Ok(stream) => stream,
        Err(TickerError::Call(error)) => return (items, error),
        Err(other) => panic!("{other:?}"),
    };
    loop {
        match stream.next().await.expect("an error before the end") {
            Ok(item) => items.push(item),
            Err(TickerError::Call(error)) => {
                assert!(stream.next().await.is_none());
                let read = count(&telemetry, "chassis.stream.items");
                assert_eq!(read, items.len() as f64);
                return (items, error);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

const EVENTS: &str = "text/event-stream";
const LINES: &str = "application/x-ndjson";

/// The error and its cause.
fn said(error: &CallError) -> String {
    let source = std::error::Error::source(error);
    let source = source.map_or(String::new(), |source| format!(": {source}"));
    format!("{error}{source}")
}

#[tokio::test]
async fn what_is_no_such_stream_is_an_error_that_says_why() {
    for (kind, body, items, expected) in [
        (
            "application/json",
            "{}",
            0,
            "instead of `text/event-stream` or",
        ),
        (
            EVENTS,
            "data: \"a\"\n\ndata: 1\n\n",
            1,
            "item 2: invalid type: integer `1`",
        ),
        (EVENTS, "data: nonsense\n\n", 0, "item 1: expected ident"),
        (
            EVENTS,
            "event: error\ndata: x\n\n",
            0,
            "item 1: expected value",
        ),
        (
            LINES,
            "{\"data\":\"a\"}\n<html>\n",
            1,
            "item 2: expected an object such as",
        ),
        (LINES, "[]\n", 0, "item 1: expected an object"),
        (LINES, "{\"data\":1}\n", 0, "invalid type: integer `1`"),
    ] {
        let (read, error) = read(kind, body, &ClientSettings::default()).await;
        assert_eq!(read.len(), items, "{body}");
        assert!(
            matches!(error, CallError::Answer { .. }),
            "{body}: {error:?}"
        );
        assert!(said(&error).contains(expected), "{body}: {}", said(&error));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_never_an_end() {
    for (kind, body, items) in [
        (EVENTS, "", 0),
        (EVENTS, "data: \"a\"\n\n", 1),
        (EVENTS, "data: \"a\"\n\ndata: \"b", 1),
        // Complete, but for the line that says so.
        (EVENTS, "data: \"a\"\n\ndata: \"b\"\n", 1),
        (EVENTS, "event: end\n", 0),
        (EVENTS, ":\n\n", 0),
        (LINES, "{\"data\":\"a\"}\n", 1),
        (LINES, "{\"data\":\"a\"}\n{\"data\":\"b\"}", 1),
        (LINES, "{\"end\":{}}", 0),
    ] {
        let (read, error) = read(kind, body, &ClientSettings::default()).await;
        assert_eq!(read.len(), items, "{body}");
        assert!(
            matches!(error, CallError::Interrupted { .. }),
            "{body}: {error:?}"
        );
        let expected = format!("broke off after {items} items, without its end");
        assert!(said(&error).contains(&expected), "{}", said(&error));
    }
}

#[tokio::test]
async fn an_item_without_end_is_given_up() {
    let settings = ClientSettings {
        max_item: 4_000,
        ..ClientSettings::default()
    };
    let long = "x".repeat(20_000);
    let parts = "data: x\n".repeat(4_000);
    for (kind, body) in [
        (EVENTS, format!("data: \"{long}~")),
        (EVENTS, format!("{parts}~")),
        (EVENTS, format!("{long}~")),
        (LINES, format!("{{\"data\":\"{long}~")),
    ] {
        let (_, error) = read(kind, &body, &settings).await;
        let expected = "it has more than 4000 bytes (client.ticker.max_item)";
        assert!(said(&error).contains(expected), "{}", said(&error));
    }
    // What is as long as may be is taken.
    let whole = "y".repeat(3_998);
    let body = format!("data: \"{whole}\"\n\n");
    assert_eq!(read(EVENTS, &body, &settings).await.0, [whole]);
}

#[tokio::test]
async fn silence_is_an_error() {
    let settings = ClientSettings {
        silence_timeout: Duration::from_millis(30),
        ..ClientSettings::default()
    };
    let (items, error) = read(EVENTS, "data: \"a\"\n\n~", &settings).await;
    assert_eq!(items, ["a"]);
    assert!(matches!(error, CallError::Timeout { limit, .. } if limit.as_millis() == 30));
}

#[tokio::test]
async fn what_is_not_known_is_passed_over() {
    for (kind, body) in [
        (EVENTS, "event: news\ndata: 1\n\nnew: 2\ndata: \"a\"\n\n"),
        (LINES, "{\"new\":1}\n\n{\"data\":\"a\",\"new\":2}\n"),
    ] {
        let (items, _) = read(kind, body, &ClientSettings::default()).await;
        assert_eq!(items, ["a"], "{kind}");
    }
}
