//! Bad requests to a contract that the macro made, over a socket, with the shipped settings.

use std::net::SocketAddr;

use chassis::context::Env;
use chassis::http::{Routes, Running, Server, Settings};
use serde_json::Value;

use super::raw::{Answer, Raw};

const JSON: &str = "content-type: application/json\r\n";

/// The contract `Inventory` on a port of its own.
fn warehouse() -> Running {
    let env = Env::system();
    let telemetry = super::telemetry(&env);
    let mut routes = Routes::new(&Settings::default(), env);
    crate::contract::mount(&mut routes.component(&telemetry));
    let server = Server::bind("http.listen", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    server.serve(routes.build().unwrap()).unwrap()
}

/// Sends a request with these header lines and this body.
async fn ask(raw: &mut Raw, line: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let length = body.len();
    let head =
        format!("{line} HTTP/1.1\r\nhost: test\r\n{headers}content-length: {length}\r\n\r\n");
    raw.say(head).await;
    raw.say(body).await;
    raw.hear().await
}

/// The member of the problem.
fn member(answer: &Answer, name: &str) -> Value {
    serde_json::from_str::<Value>(&answer.body).unwrap()[name].take()
}

#[tokio::test]
async fn a_bad_parameter_is_400_and_named() {
    let running = warehouse();
    let mut raw = Raw::connect(running.local_addr()).await;
    let long = format!("/v1/items?order=by-name&limit=1{}", "0".repeat(1000));
    for (target, parameter) in [
        ("/v1/items/%zz", "sku"),
        ("/v1/items/%f", "sku"),
        ("/v1/items/a%00b", "sku"),
        ("/v1/items/%ff%fe", "sku"),
        ("/v1/items", "order"),
        ("/v1/items?order=by-name&page-token=%c3%28", "page-token"),
        ("/v1/items?order=by-name&page-token=%0", "page-token"),
        ("/v1/items?order=by-name&order=by-stock", "order"),
        ("/v1/items?order=by-name&%6frder=by-name", "order"),
        ("/v1/items?order=by-name&limit=256", "limit"),
        ("/v1/items?order=by-name&limit=-1", "limit"),
        (&long, "limit"),
    ] {
        let answer = raw.get(target).await;
        assert_eq!(answer.status, 400, "{target}: {answer:?}");
        assert_eq!(answer.problem(), "invalid-parameter", "{target}");
        assert_eq!(member(&answer, "parameter"), parameter, "{target}");
    }
    // The connection is as good as before.
    assert_eq!(raw.get("/v1/items/bolt").await.status, 200);
}

#[tokio::test]
async fn a_bad_body_is_refused_for_what_it_is() {
    let running = warehouse();
    let mut raw = Raw::connect(running.local_addr()).await;
    let reserve = "POST /v1/reservations?dry=true";
    let note = "PATCH /v1/notes";
    let deep = "[".repeat(100_000);
    let text = "content-type: text/plain\r\n";
    let cases: [(&str, &str, &[u8], u16, &str); 10] = [
        (note, JSON, deep.as_bytes(), 400, "malformed-json"),
        (note, JSON, b"1e999", 400, "malformed-json"),
        (note, JSON, b"\"\xff\"", 400, "malformed-json"),
        (note, JSON, b"", 400, "malformed-json"),
        (note, JSON, b"{} {}", 400, "malformed-json"),
        (note, text, b"{}", 415, "unsupported-media-type"),
        (note, "", b"{}", 415, "unsupported-media-type"),
        (
            reserve,
            JSON,
            b"{\"sku\": \"a\", \"count\": 4294967296}",
            400,
            "malformed-json",
        ),
        (
            reserve,
            JSON,
            b"{\"sku\": \"a\", \"count\": -1}",
            400,
            "malformed-json",
        ),
        (
            reserve,
            JSON,
            b"{\"sku\": \"a\", \"count\": 0}",
            422,
            "validation",
        ),
    ];
    for (line, headers, body, status, problem) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
        let answer = ask(&mut raw, line, headers, body).await;
        assert_eq!(answer.status, status, "{shown}: {answer:?}");
        assert_eq!(answer.problem(), problem, "{shown}");
    }
    // The connection is as good as before.
    assert_eq!(ask(&mut raw, note, JSON, "[1]").await.body, "[1]");
}

#[tokio::test]
async fn ten_megabytes_are_refused_by_the_limit_of_the_method() {
    let running = warehouse();
    let large = vec![b' '; 10_000_000];
    for (line, limit) in [
        ("PATCH /v1/notes", 1 << 20),
        ("POST /v1/reservations?dry=true", 4 << 10),
    ] {
        let mut raw = Raw::connect(running.local_addr()).await;
        let answer = ask(&mut raw, line, JSON, &large).await;
        assert_eq!(answer.status, 413, "{line}: {answer:?}");
        assert_eq!(answer.problem(), "body-too-large", "{line}");
        assert_eq!(member(&answer, "limit"), limit, "{line}");
    }
}

#[tokio::test]
async fn a_target_beyond_eight_kibibytes_is_a_problem() {
    let running = warehouse();
    let mut raw = Raw::connect(running.local_addr()).await;
    let fits = raw.get(&format!("/v1/items/{}", "x".repeat(8_000))).await;
    assert_eq!(fits.status, 200);
    let answer = raw.get(&format!("/v1/items/{}", "x".repeat(9_000))).await;
    assert_eq!(answer.status, 414);
    assert_eq!(answer.problem(), "uri-too-long");
}

#[tokio::test]
async fn a_hundred_headers_pass_two_hundred_do_not() {
    let running = warehouse();
    for (count, status) in [(98, 200), (200, 431)] {
        let mut raw = Raw::connect(running.local_addr()).await;
        let many: String = (0..count).map(|n| format!("x-{n}: 1\r\n")).collect();
        let answer = ask(&mut raw, "GET /v1/items/a", &many, "").await;
        assert_eq!(answer.status, status, "{count}");
    }
}

#[tokio::test]
async fn head_and_options_of_a_contract() {
    let running = warehouse();
    let mut raw = Raw::connect(running.local_addr()).await;
    raw.say("HEAD /v1/items/bolt HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let head = raw.hear_head().await;
    let full = raw.get("/v1/items/bolt").await;
    assert_eq!((head.status, full.status), (200, 200));
    for header in ["content-length", "content-type"] {
        assert_eq!(head.header(header), full.header(header));
    }
    let options = ask(&mut raw, "OPTIONS /v1/reservations", "", "").await;
    assert_eq!(options.status, 204);
    assert_eq!(options.header("allow"), Some("POST, OPTIONS"));
    raw.say("HEAD /v1/reservations HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    assert_eq!(raw.hear_head().await.status, 405);
}
