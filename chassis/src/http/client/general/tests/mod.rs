//! Calls by URL, over real sockets.

mod bodies;
#[cfg(feature = "decompression")]
mod compressed;
#[cfg(feature = "tls")]
mod https;
mod redirects;

use std::time::Duration;

use http::Method;
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
