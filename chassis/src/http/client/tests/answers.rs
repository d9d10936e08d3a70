//! What callees answer, and what becomes of it.

use super::*;

#[tokio::test]
async fn an_answer_comes_as_it_is() {
    let server = Server::start(|mut peer| async move {
        while peer.request().await.is_some() {
            peer.send(
                "HTTP/1.1 422 Unprocessable Content\r\ncontent-type: text/html\r\n\
                 content-length: 9\r\n\r\nnot JSON!",
            )
            .await;
        }
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let response = client.call(get()).await.unwrap();
    assert_eq!(response.status(), 422);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(&response.body()[..], b"not JSON!");
}

#[tokio::test]
async fn the_request_is_whole() {
    let server = Server::answering("").await;
    let client = Client::of(&[&server], Settings::default());
    let mut outgoing = post("{\"sku\":7}");
    let json = http::HeaderValue::from_static("application/json");
    outgoing.headers.insert("content-type", json);
    client.call(outgoing).await.unwrap();
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /v1/orders HTTP/1.1\r\n"));
    assert!(request.ends_with("\r\n\r\n{\"sku\":7}"));
    for header in [
        format!("host: {}\r\n", server.address),
        "content-type: application/json\r\n".into(),
        "content-length: 9\r\n".into(),
        "traceparent: 00-".into(),
    ] {
        assert!(request.contains(&header), "{header} in {request}");
    }
}

#[tokio::test]
async fn a_post_without_body_says_so() {
    let server = Server::answering("").await;
    let client = Client::of(&[&server], Settings::default());
    client.call(post("")).await.unwrap();
    assert!(server.requests()[0].contains("content-length: 0\r\n"));
}

#[tokio::test]
async fn a_prefix_stands_before_the_path() {
    let server = Server::answering("").await;
    let url = format!("http://{}/api/", server.address);
    let registry = crate::discovery::MemoryRegistry::new();
    let target = crate::http::client::Target::parse("orders", &url).unwrap();
    let remote = target.remote("orders", &registry).unwrap();
    let telemetry = telemetry(Env::system());
    let transport = HttpTransport::new(&ORDERS, remote, Settings::default(), telemetry);
    transport.call(get()).await.unwrap();
    assert!(server.requests()[0].starts_with("GET /api/v1/orders/42 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_path_that_is_none_is_refused_before_anything_is_sent() {
    let server = Server::answering("").await;
    let client = Client::of(&[&server], Settings::default());
    let mut outgoing = get();
    outgoing.target = "/v1/a b".to_owned();
    let error = client.call(outgoing).await.unwrap_err();
    assert!(matches!(error, CallError::Request { .. }), "{error:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn pieces_are_put_together() {
    let server = Server::start(|mut peer| async move {
        while peer.request().await.is_some() {
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            for piece in ["3\r\nabc\r\n", "4\r\ndefg\r\n", "1\r\nh\r\n", "0\r\n\r\n"] {
                peer.send(piece).await;
                tokio::task::yield_now().await;
            }
        }
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    assert_eq!(client.get().await.unwrap(), "abcdefgh");
    assert_eq!(client.get().await.unwrap(), "abcdefgh");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send(
            "HTTP/1.1 302 Found\r\nlocation: http://elsewhere/x?token=s3cret\r\n\
             content-length: 0\r\n\r\n",
        )
        .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, CallError::Answer { .. }), "{error:?}");
    assert!(said.contains("302 Found to http://elsewhere/x;"), "{said}");
    assert!(!said.contains("s3cret"));
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("220 mail.example ESMTP\r\n").await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    assert!(matches!(error, CallError::Answer { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("expected HTTP/1.1 from 127.0.0.1:")
    );
}

#[tokio::test]
async fn headers_without_end_are_cut() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\n").await;
        let line = format!("x-filler: {}\r\n", "y".repeat(1000));
        while peer.send(&line).await {}
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    assert!(matches!(error, CallError::Answer { .. }), "{error:?}");
}

#[tokio::test]
async fn a_declared_body_that_is_too_large_is_not_read() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    assert!(error.to_string().contains("larger than 8388608 bytes"));
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let server = Server::start(move |mut peer| {
        let count = Arc::clone(&count);
        async move {
            peer.request().await;
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            while peer.send(&chunk).await {
                count.fetch_add(0x10000, std::sync::atomic::Ordering::SeqCst);
            }
        }
    })
    .await;
    let settings = Settings {
        max_answer: 1 << 20,
        ..Settings::default()
    };
    let client = Client::of(&[&server], settings);
    let error = client.call(get()).await.unwrap_err();
    assert!(matches!(error, CallError::Answer { .. }), "{error:?}");
    until("closed", || server.open() == 0).await;
    // What the sockets' buffers hold may have been sent beyond the limit, no more.
    let sent = sent.load(std::sync::atomic::Ordering::SeqCst);
    assert!(sent < 64 << 20, "{sent}");
}

#[tokio::test]
async fn a_reset_in_the_body_is_an_interruption() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await;
        peer.reset();
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let error = client.call(post("{}")).await.unwrap_err();
    assert!(matches!(error, CallError::Interrupted { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_ends_after_the_request_is_an_interruption() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
    })
    .await;
    let client = Client::of(&[&server, &server], Settings::default());
    let error = client.call(post("{}")).await.unwrap_err();
    assert!(matches!(error, CallError::Interrupted { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1, "it must not be sent again");
}

#[tokio::test]
async fn a_body_ended_by_the_connection_is_taken() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.0 200 OK\r\n\r\nto the end").await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    assert_eq!(client.get().await.unwrap(), "to the end");
    assert_eq!(client.get().await.unwrap(), "to the end");
    assert_eq!(server.connections(), 2);
}
