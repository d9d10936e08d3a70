//! Requests that are answered, and those that are refused.

use super::Site;
use super::raw::Raw;

#[tokio::test]
async fn a_contract_answers() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let answer = raw.get("/v1/items/42?a=b").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, "item 42, query a=b");
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
    // On the same connection again.
    let answer = raw.get("/v1/items/43").await;
    assert_eq!(answer.body, "item 43, query ");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let answer = raw.get("/nowhere").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (404, "not-found")
    );
    raw.say("DELETE /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
}

#[tokio::test]
async fn options_says_what_is_allowed() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("OPTIONS /v1/items/1 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("allow"), Some("GET, HEAD, PUT, OPTIONS"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("HEAD /v1/items/42 HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    let answer = raw.hear_head().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-length"), Some("15"));
    // Nothing of the body came: the next answer begins where the last one ended.
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_connection_lives() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let answer = raw.get("/v1/panic").await;
    assert_eq!((answer.status, answer.problem().as_str()), (500, "panic"));
    assert!(!answer.body.contains("secret"), "{}", answer.body);
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
}

#[tokio::test]
async fn the_callers_trace_goes_on() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    raw.say(format!(
        "GET /v1/context HTTP/1.1\r\nhost: test\r\n\
         traceparent: 00-{trace}-00f067aa0ba902b7-00\r\nx-request-id: mine\r\n\r\n"
    ))
    .await;
    let answer = raw.hear().await;
    assert_eq!(answer.body, format!("{trace} true"));
    assert_eq!(answer.header("x-request-id"), Some("mine"));
}

#[tokio::test]
async fn a_body_is_collected() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("PUT /v1/items/a HTTP/1.1\r\nhost: test\r\ncontent-length: 5\r\n\r\nhello")
        .await;
    assert_eq!(raw.hear().await.body, "stored a: 5 bytes");
    raw.say("PUT /v1/items/b HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    raw.say("3\r\nabc\r\n").await;
    raw.say("2\r\nde\r\n0\r\n\r\n").await;
    assert_eq!(raw.hear().await.body, "stored b: 5 bytes");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("PUT /v1/items/a HTTP/1.1\r\nhost: test\r\ncontent-length: 10000000\r\n\r\n")
        .await;
    raw.say(vec![b'x'; 10_000_000]).await;
    let answer = raw.hear().await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (413, "body-too-large")
    );
    assert!(answer.body.contains("\"limit\":1024"), "{}", answer.body);
    assert!(answer.body.contains("\"size\":10000000"), "{}", answer.body);

    let mut raw = site.raw().await;
    raw.say("PUT /v1/items/b HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    raw.say(format!("1000\r\n{}\r\n0\r\n\r\n", "x".repeat(4096)))
        .await;
    assert_eq!(raw.hear().await.status, 413);
}

#[tokio::test]
async fn expect_is_answered_before_the_body_comes() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let head = |size: usize| {
        format!(
            "PUT /v1/items/a HTTP/1.1\r\nhost: test\r\ncontent-length: {size}\r\n\
             expect: 100-continue\r\n\r\n"
        )
    };
    raw.say(head(2)).await;
    assert_eq!(raw.hear().await.status, 100);
    raw.say("ok").await;
    assert_eq!(raw.hear().await.body, "stored a: 2 bytes");
    raw.say(head(5000)).await;
    assert_eq!(raw.hear().await.status, 413);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let site = Site::open();
    let mut raw = site.raw().await;
    let request = |sku: u8| format!("GET /v1/items/{sku} HTTP/1.1\r\nhost: test\r\n\r\n");
    raw.say((0..20).map(request).collect::<String>()).await;
    for sku in 0..20 {
        assert_eq!(raw.hear().await.body, format!("item {sku}, query "));
    }
}

#[tokio::test]
async fn in_process_calls_take_the_same_way() {
    let site = Site::open();
    let mut routes = chassis::http::Routes::new(
        &chassis::http::Settings::default(),
        chassis::context::Env::system(),
    );
    routes
        .component(&site.telemetry)
        .contract(site.workshop.clone());
    let edge = routes.build().unwrap();
    let request = http::Request::put("/v1/items/a")
        .body("hello".into())
        .unwrap();
    let answer = edge.call(request).await.unwrap();
    assert_eq!(answer.body(), "stored a: 5 bytes");
    assert!(answer.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn a_connection_ends_when_the_caller_says_so() {
    let site = Site::open();
    let mut raw: Raw = site.raw().await;
    raw.say("GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(raw.hear().await.status, 200);
    assert!(raw.is_ended().await);
}
