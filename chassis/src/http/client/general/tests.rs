//! Calls by URL, over real sockets.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::Client;
use crate::context::{Baggage, Env, Trust};
use crate::http::client::Settings;
use crate::http::client::tests::server::Server;
use crate::http::client::tests::{telemetry, until};
use crate::{CallError, Context};

fn client() -> Client {
    Client::new(&telemetry(Env::system()))
}

fn based(url: &str) -> Client {
    let settings = Settings {
        url: Some(url.to_owned()),
        ..Settings::default()
    };
    Client::open("payments-api", settings, &telemetry(Env::system())).unwrap()
}

fn url(server: &Server, path: &str) -> String {
    format!("http://{}{path}", server.address)
}

/// Answers every request with `answer`.
async fn saying(answer: impl Into<String>) -> Server {
    let answer = answer.into();
    Server::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            while peer.request().await.is_some() {
                peer.send(&answer).await;
            }
        }
    })
    .await
}

fn redirect(status: &str, to: &str) -> String {
    format!("HTTP/1.1 {status}\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Charge {
    amount: u32,
    note: Option<String>,
}

#[tokio::test]
async fn a_user_of_reqwest_is_at_home() {
    let server = Server::answering("{\"amount\":42}").await;
    let client = client();
    let sent = Charge {
        amount: 42,
        note: None,
    };
    let charge: Charge = client
        .post(url(&server, "/charges?a=1"))
        .query(&[("limit", "10")])
        .query(&sent)
        .header("x-tenant", "t 1")
        .bearer_auth("s3cret")
        .idempotency_key("order-\"42\"")
        .json(&sent)
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(charge, sent);
    let request = &server.requests()[0];
    assert!(
        request.starts_with("POST /charges?a=1&limit=10&amount=42 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.ends_with("\r\n\r\n{\"amount\":42,\"note\":null}"),
        "{request}"
    );
    for header in [
        "content-type: application/json\r\n",
        "x-tenant: t 1\r\n",
        "authorization: Bearer s3cret\r\n",
        "idempotency-key: \"order-\\\"42\\\"\"\r\n",
        "traceparent: 00-",
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
    let text = client
        .get(url(&server, "/"))
        .send()
        .await
        .unwrap()
        .text()
        .await;
    assert_eq!(text.unwrap(), "{\"amount\":42}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_form_is_encoded() {
    let server = Server::answering("").await;
    let form = client()
        .post(url(&server, "/"))
        .form(&[("a b", "c&d"), ("e", "ü")]);
    let _answer = form.send().await.unwrap();
    assert!(server.requests()[0].ends_with("\r\n\r\na+b=c%26d&e=%C3%BC"));
}

#[tokio::test]
async fn what_is_wrong_is_said_when_it_is_sent() {
    let client = client();
    let server = Server::answering("").await;
    let wrong = |request: super::RequestBuilder| async move {
        let error = request.send().await.unwrap_err();
        assert!(matches!(error, CallError::Request { .. }), "{error:?}");
        error.to_string()
    };
    let here = url(&server, "/");
    assert!(
        wrong(client.get("/charges"))
            .await
            .contains("expected https://HOST/PATH")
    );
    assert!(
        wrong(client.get("ftp://host/"))
            .await
            .contains("scheme `ftp:`")
    );
    assert!(
        wrong(client.get(&here).header("a b", "c"))
            .await
            .contains("header's name")
    );
    assert!(
        wrong(client.get(&here).header("a", "b\nc"))
            .await
            .contains("header `a`")
    );
    let secret = wrong(client.get(&here).bearer_auth("s3\ncret")).await;
    assert!(
        secret.contains("token") && !secret.contains("s3"),
        "{secret}"
    );
    let nested = wrong(client.get(&here).query(&[("a", [1])])).await;
    assert!(
        nested.contains("its query has a value that is not plain"),
        "{nested}"
    );
    let trace = client.request(Method::TRACE, &here);
    assert!(wrong(trace).await.contains("TRACE is not sent; GET, HEAD"));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_client_with_a_url_calls_no_other_server() {
    let (server, other) = (
        Server::answering("ok").await,
        Server::answering("evil").await,
    );
    let client = based(&url(&server, "/v1/"));
    let evil = format!("//{}/x", other.address);
    for (given, path) in [
        ("/charges?limit=1", "/v1/charges?limit=1"),
        ("charges", "/v1/charges"),
        ("", "/v1/"),
        (&*evil, "/v1/"),
    ] {
        let _answer = client.get(given).send().await.unwrap();
        let requests = server.requests();
        let line = requests.last().unwrap().lines().next().unwrap().to_owned();
        assert!(line.starts_with(&format!("GET {path}")), "{given}: {line}");
    }
    let _answer = client.get(url(&server, "/v2/next")).send().await.unwrap();
    let error = client.get(url(&other, "/")).send().await.unwrap_err();
    assert!(
        error.to_string().contains("is not below http://127.0.0.1:"),
        "{error}"
    );
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_stranger_is_told_the_trace_and_nothing_else() {
    let server = Server::answering("").await;
    let context = Context::default()
        .with_baggage(Baggage::default().with("tenant", "7").unwrap())
        .with_deadline(Env::system().now() + Duration::from_secs(9));
    let client = client();
    let get = client.get(url(&server, "/")).send();
    let _answer = context.clone().scope(get).await.unwrap();
    let known = client.trust(Trust::Mesh);
    let _answer = context
        .scope(known.get(url(&server, "/")).send())
        .await
        .unwrap();
    let requests = server.requests();
    assert!(requests[0].contains("traceparent: "), "{}", requests[0]);
    for header in ["baggage", "x-envoy-expected-rq-timeout-ms"] {
        assert!(!requests[0].contains(header), "{}", requests[0]);
        assert!(requests[1].contains(header), "{}", requests[1]);
    }
}

#[tokio::test]
async fn redirects_are_followed_and_secrets_stay() {
    let last = Server::answering("there").await;
    let first = saying(redirect("307 Temporary Redirect", &url(&last, "/b"))).await;
    let client = client();
    let post = client
        .post(url(&first, "/a"))
        .bearer_auth("s3cret")
        .header("cookie", "c=1");
    let response = post
        .header("x-kept", "1")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(response.url().as_str(), url(&last, "/b"));
    assert_eq!(response.text().await.unwrap(), "there");
    let request = &last.requests()[0];
    assert!(
        request.starts_with("POST /b ") && request.ends_with("\r\n\r\nhello"),
        "{request}"
    );
    assert!(request.contains("x-kept: 1"), "{request}");
    assert!(
        !request.contains("s3cret") && !request.contains("cookie"),
        "{request}"
    );
    let found = saying(redirect("302 Found", &url(&last, "/c"))).await;
    let _answer = client.post(url(&found, "/")).json(&1).send().await.unwrap();
    let request = &last.requests()[1];
    assert!(
        request.starts_with("GET /c ") && !request.contains("content-"),
        "{request}"
    );
    let kept = client
        .get(url(&found, "/"))
        .redirects(0)
        .send()
        .await
        .unwrap();
    assert_eq!(kept.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn redirects_end() {
    let server = saying(redirect("301 Moved Permanently", "/again")).await;
    let error = client().get(url(&server, "/")).send().await.unwrap_err();
    assert!(
        error.to_string().contains("more than 10 redirects"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 11);
    let elsewhere = saying(redirect("302 Found", "file:///etc/passwd")).await;
    let error = client().get(url(&elsewhere, "/")).send().await.unwrap_err();
    assert!(
        error.to_string().contains("neither http:// nor https://"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_success_is_an_answer_all_the_same() {
    let server = saying("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone").await;
    let response = client().get(url(&server, "/")).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let error = response.error_for_status().unwrap_err();
    assert!(error.to_string().contains("404 Not Found"), "{error}");
    let response = client().get(url(&server, "/")).send().await.unwrap();
    let error = response.json::<Charge>().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("(404 Not Found) is not the JSON expected"),
        "{error}"
    );
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let server = Server::start(|mut peer| async move {
        peer.head().await;
        peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .await;
        for piece in ["3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"] {
            peer.send(piece).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        peer.closed().await;
    })
    .await;
    let mut pieces = ["a", "b"].into_iter();
    let body = Pieces(move || pieces.next().map(|piece| Ok(Bytes::from(piece))));
    let mut response = client()
        .put(url(&server, "/"))
        .stream(body)
        .send()
        .await
        .unwrap();
    let mut read = vec![];
    while let Some(piece) = response.chunk().await.unwrap() {
        read.extend_from_slice(&piece);
    }
    assert_eq!(read, b"onetwo");
    assert!(response.chunk().await.unwrap().is_none());
    assert!(response.bytes().await.unwrap().is_empty());
}

/// A body of what a function gives.
struct Pieces<F>(F);

impl<F: FnMut() -> Option<std::io::Result<Bytes>> + Unpin> http_body::Body for Pieces<F> {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        let next = (self.get_mut().0)();
        std::task::Poll::Ready(next.map(|piece| piece.map(http_body::Frame::data)))
    }
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_or_is_too_large_fails() {
    let slow = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            .await;
        while peer.send("x").await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let get = client()
        .get(url(&slow, "/"))
        .timeout(Duration::from_millis(200));
    let error = get.send().await.unwrap().bytes().await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error:?}");
    until("closed", || slow.open() == 0).await;
    let large = saying("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n").await;
    let response = client().get(url(&large, "/")).send().await.unwrap();
    let error = response.bytes().await.unwrap_err();
    assert!(
        error.to_string().contains("larger than 8388608 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_read_is_given_up() {
    let server = saying("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await;
    drop(client().get(url(&server, "/")).send().await.unwrap());
    until("closed", || server.open() == 0).await;
}

#[test]
fn urls_that_lead_nowhere_are_found_at_the_start() {
    let open = |url: &str| {
        let settings = Settings {
            url: Some(url.to_owned()),
            ..Settings::default()
        };
        let opened = Client::open("payments-api", settings, &telemetry(Env::system()));
        opened.unwrap_err().to_string()
    };
    assert!(open("pay.example").starts_with("client.payments-api.url: not a URL"));
    assert!(open("registry:pay").contains("expected https://HOST/PREFIX"));
    let secret = open("https://u:s3cret@pay.example/");
    assert!(
        secret.contains("send them as a header") && !secret.contains("s3cret"),
        "{secret}"
    );
    assert!(open("https://pay.example/?key=1").contains("a query has no place"));
}

/// TLS from the URL to the wire, over both protocols.
#[cfg(feature = "tls")]
#[tokio::test]
async fn https_is_spoken_over_what_the_server_prefers() {
    use crate::http::client::Protocol;
    use crate::http::tls::tests::authority::Authority;

    let authority = Authority::new();
    let pair = authority.sign("localhost");
    let config = authority.server(&pair, &["h2", "http/1.1"], false);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    crate::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            crate::spawn(async move {
                let builder = hyper_util::server::conn::auto::Builder::new(
                    hyper_util::rt::TokioExecutor::new(),
                );
                let answer = hyper::service::service_fn(|request: http::Request<_>| async move {
                    let said = format!("{:?} {}", request.version(), request.uri());
                    drop::<hyper::body::Incoming>(request.into_body());
                    Ok::<_, std::io::Error>(http::Response::new(http_body_util::Full::new(
                        Bytes::from(said),
                    )))
                });
                let io = hyper_util::rt::TokioIo::new(stream);
                drop(builder.serve_connection(io, answer).await);
            });
        }
    });
    for (protocol, said) in [
        (
            Protocol::Auto,
            format!("HTTP/2.0 https://localhost:{port}/v1/x"),
        ),
        (
            Protocol::H2,
            format!("HTTP/2.0 https://localhost:{port}/v1/x"),
        ),
        (Protocol::Http1, "HTTP/1.1 /v1/x".to_owned()),
    ] {
        let settings = Settings {
            url: Some(format!("https://localhost:{port}/v1")),
            tls: authority.believed(),
            protocol,
            ..Settings::default()
        };
        let client = Client::open("payments-api", settings, &telemetry(Env::system())).unwrap();
        for _ in 0..3 {
            let response = client.get("/x").send().await.unwrap();
            assert_eq!(response.text().await.unwrap(), said);
        }
    }
    let other = Authority::new();
    let settings = Settings {
        url: Some(format!("https://localhost:{port}")),
        tls: other.believed(),
        ..Settings::default()
    };
    let client = Client::open("payments-api", settings, &telemetry(Env::system())).unwrap();
    let error = client.get("/x").send().await.unwrap_err();
    assert!(
        format!("{error:?}").contains("nobody trusted here has signed"),
        "{error:?}"
    );
}
