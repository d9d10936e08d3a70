//! What is tried again over real connections, and what the callee and our own caller are told.

use http::StatusCode;

use super::*;
use crate::policy::breaker::{Force, State};
use crate::problem::RetryAdvice;

const UNAVAILABLE: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// Answers with `bad` so many times, then with "ok".
pub(super) async fn failing(times: usize, bad: &'static str) -> Server {
    let seen = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    Server::start(move |mut peer| {
        let seen = Arc::clone(&seen);
        async move {
            while peer.request().await.is_some() {
                match seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < times {
                    true => drop(peer.send(bad).await),
                    false => peer.answer("ok").await,
                }
            }
        }
    })
    .await
}

/// What a request says of itself.
pub(super) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = request.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Four calls at once, so that the balance sends some of them to each instance; all go well.
async fn together(client: &Client) {
    let (a, b, c, d) = tokio::join!(client.get(), client.get(), client.get(), client.get());
    for answer in [a, b, c, d] {
        assert_eq!(answer.unwrap(), "ok");
    }
}

fn patient() -> Settings {
    Settings {
        attempt_timeout: Some(Duration::from_millis(200)),
        ..Settings::default()
    }
}

#[tokio::test]
async fn a_server_that_fails_twice_fails_no_call_and_is_told_which_attempt_it_is() {
    let server = failing(2, UNAVAILABLE).await;
    let client = Client::of(&[&server], Settings::default());
    assert_eq!(client.get().await.unwrap(), "ok");
    let requests = server.requests();
    let counts: Vec<_> = requests
        .iter()
        .map(|request| header(request, "x-envoy-attempt-count"))
        .collect();
    assert_eq!(counts, [None, Some("2"), Some("3")]);
    let first = requests[0].lines().next();
    assert!(
        requests
            .iter()
            .all(|request| request.lines().next() == first)
    );
}

#[tokio::test]
async fn headers_and_body_are_the_same_at_each_attempt() {
    let server = failing(1, UNAVAILABLE).await;
    let client = Client::of(&[&server], Settings::default());
    let mut outgoing = put("{\"sku\":7}");
    for name in ["content-type", "x-a", "x-b", "x-c", "x-d"] {
        let value = http::HeaderValue::from_static("seven");
        outgoing.headers.insert(name, value);
    }
    client.call(outgoing).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert!(request.starts_with("PUT /v1/orders/42 "), "{request}");
        assert!(request.ends_with("\r\n\r\n{\"sku\":7}"), "{request}");
        for name in ["content-type", "x-a", "x-b", "x-c", "x-d"] {
            assert_eq!(header(request, name), Some("seven"));
        }
    }
}

#[tokio::test]
async fn what_is_not_idempotent_is_sent_once() {
    for bad in [
        UNAVAILABLE,
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
    ] {
        let server = failing(1, bad).await;
        let client = Client::of(&[&server], Settings::default());
        let response = client.call(post("{}")).await.unwrap();
        assert!(response.status().is_server_error());
        assert_eq!(RetryAdvice::of(response.headers()), RetryAdvice::default());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_500_and_a_429_are_answers() {
    for bad in [
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
    ] {
        let server = failing(1, bad).await;
        let client = Client::of(&[&server], Settings::default());
        assert_ne!(client.call(get()).await.unwrap().status(), 200);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn another_instance_is_tried_first() {
    let (bad, good) = (
        failing(usize::MAX, UNAVAILABLE).await,
        Server::answering("ok").await,
    );
    let client = Client::of(&[&bad, &good, &bad], Settings::default());
    for _ in 0..8 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
    assert_eq!(good.requests().len(), 8);
}

#[tokio::test]
async fn a_reset_and_a_half_closed_connection_are_tried_again() {
    let good = Server::answering("ok").await;
    let reset = Server::start(|mut peer| async move {
        peer.request().await;
        peer.reset();
    })
    .await;
    // Ends its half in the middle of the answer, and goes on reading.
    let half_closed = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await;
        peer.half_close().await;
        peer.closed().await;
    })
    .await;
    for rude in [&reset, &half_closed] {
        let client = Client::of(&[rude, &good], Settings::default());
        together(&client).await;
        assert!(!rude.requests().is_empty());
    }
}

#[tokio::test]
async fn a_body_that_drips_counts_as_slow() {
    let drip = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            .await;
        while peer.send("x").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let good = Server::answering("ok").await;
    let client = Client::of(&[&drip, &good], patient());
    together(&client).await;
    assert!(!drip.requests().is_empty());
    until("closed", || drip.open() == 0).await;
}

#[tokio::test]
async fn what_says_exhausted_is_not_tried_again_and_says_so_upward() {
    let server = failing(
        usize::MAX,
        "HTTP/1.1 503 Service Unavailable\r\nretry: exhausted\r\nretry-after: 7\r\n\
         content-length: 0\r\n\r\n",
    )
    .await;
    let client = Client::of(&[&server], Settings::default());
    let response = client.call(get()).await.unwrap();
    assert_eq!(server.requests().len(), 1);
    let advice = RetryAdvice::of(response.headers());
    assert!(advice.exhausted);
    assert_eq!(advice.after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn who_was_tried_enough_is_said_to_be_so_upward() {
    let server = failing(usize::MAX, UNAVAILABLE).await;
    let client = Client::of(&[&server], Settings::default());
    let response = client.call(get()).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.requests().len(), 3);
    assert!(RetryAdvice::of(response.headers()).exhausted);
    let client = Client::at(&[nobody().await], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    assert!(error.is_exhausted(), "{error:?}");
    let problem = crate::Problem::to_problem(&error, "orders");
    assert!(problem.retry.exhausted);
    assert_eq!((problem.status, error.kind()), (503, "connect"));
}

#[tokio::test]
async fn advice_of_the_only_instance_is_waited_for_and_garbage_is_not() {
    let later = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    let server = failing(1, later).await;
    let client = Client::of(&[&server], Settings::default());
    let (env, began) = (Env::system(), Env::system().now());
    assert_eq!(client.get().await.unwrap(), "ok");
    assert!(env.now() - began >= Duration::from_secs(1));
    for garbage in [
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: soon\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: -5\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n\
         content-length: 0\r\n\r\n",
    ] {
        let server = failing(1, garbage).await;
        let client = Client::of(&[&server], Settings::default());
        let began = env.now();
        assert_eq!(client.get().await.unwrap(), "ok");
        assert!(env.now() - began < Duration::from_secs(1));
    }
    let year = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 31536000\r\n\
                content-length: 0\r\n\r\n";
    let server = failing(usize::MAX, year).await;
    let client = Client::of(&[&server], Settings::default());
    assert_eq!(client.call(get()).await.unwrap().status(), 503);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_open_breaker_is_an_error_of_its_own_and_4xx_opens_none() {
    let missing = failing(
        usize::MAX,
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let client = Client::of(&[&missing], Settings::default());
    for _ in 0..40 {
        assert_eq!(client.call(get()).await.unwrap().status(), 404);
    }
    let view = client.transport.stack().view();
    assert_eq!(view.breaker.unwrap().state, State::Closed);
    let broken = failing(
        usize::MAX,
        "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let client = Client::of(&[&broken], Settings::default());
    for _ in 0..20 {
        assert_eq!(client.call(get()).await.unwrap().status(), 500);
    }
    let error = client.call(get()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), ("breaker-open", 503));
    assert!(error.retry_after().is_some() && error.is_exhausted());
    assert_eq!(broken.requests().len(), 20);
    client.transport.stack().force(Force::Closed);
    assert_eq!(client.call(get()).await.unwrap().status(), 500);
}

#[tokio::test]
async fn what_the_settings_ignore_opens_no_breaker() {
    let broken = failing(
        usize::MAX,
        "HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let mut settings = Settings::default();
    settings.policies.breaker.ignore = vec!["501".to_owned()];
    let client = Client::of(&[&broken], settings);
    for _ in 0..40 {
        assert_eq!(client.call(get()).await.unwrap().status(), 501);
    }
}

#[tokio::test]
async fn callers_in_a_hurry_open_no_breaker() {
    let silent = Server::start(|mut peer| async move { peer.closed().await }).await;
    let client = Client::of(&[&silent], Settings::default());
    for _ in 0..40 {
        let deadline = Env::system().now() + Duration::from_millis(2);
        let context = crate::Context::default().with_deadline(deadline);
        let error = context.scope(client.call(post("{}"))).await.unwrap_err();
        assert_eq!(error.kind(), "deadline");
    }
    let view = client.transport.stack().view();
    assert_eq!(view.breaker.unwrap().state, State::Closed);
}
