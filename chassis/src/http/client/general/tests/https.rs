//! TLS from the URL to the wire, over both protocols.

use std::net::SocketAddr;

use bytes::Bytes;

use super::*;
use crate::http::client::Protocol;
use crate::http::tls::tests::authority::Authority;

/// A server that says how it was asked; it prefers HTTP/2.
async fn saying_how(authority: &Authority) -> SocketAddr {
    let pair = authority.sign("localhost");
    let config = authority.server(&pair, &["h2", "http/1.1"], false);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    crate::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                crate::spawn(serve(stream));
            }
        }
    });
    address
}

async fn serve(stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static) {
    let executor = hyper_util::rt::TokioExecutor::new();
    let builder = hyper_util::server::conn::auto::Builder::new(executor);
    let answer = hyper::service::service_fn(|request: http::Request<_>| async move {
        let said = format!("{:?} {}", request.version(), request.uri());
        drop::<hyper::body::Incoming>(request.into_body());
        let body = http_body_util::Full::new(Bytes::from(said));
        Ok::<_, std::io::Error>(http::Response::new(body))
    });
    let io = hyper_util::rt::TokioIo::new(stream);
    drop(builder.serve_connection(io, answer).await);
}

fn believing(authority: &Authority, url: String, protocol: Protocol) -> Client {
    let settings = Settings {
        url: Some(url),
        tls: authority.believed(),
        protocol,
        ..Settings::default()
    };
    Client::open("payments-api", settings, &telemetry(Env::system())).unwrap()
}

#[tokio::test]
async fn https_is_spoken_over_what_the_server_prefers() {
    let authority = Authority::new();
    let port = saying_how(&authority).await.port();
    let over_h2 = format!("HTTP/2.0 https://localhost:{port}/v1/x");
    for (protocol, said) in [
        (Protocol::Auto, &*over_h2),
        (Protocol::H2, &*over_h2),
        (Protocol::Http1, "HTTP/1.1 /v1/x"),
    ] {
        let client = believing(&authority, format!("https://localhost:{port}/v1"), protocol);
        for _ in 0..3 {
            let response = client.get("/x").send().await.unwrap();
            assert_eq!(response.text().await.unwrap(), said);
        }
    }
}

#[tokio::test]
async fn a_server_that_nobody_trusted_has_signed_is_not_spoken_to() {
    let port = saying_how(&Authority::new()).await.port();
    let url = format!("https://localhost:{port}");
    let client = believing(&Authority::new(), url, Protocol::Auto);
    let error = client.get("/x").send().await.unwrap_err();
    assert!(
        format!("{error:?}").contains("nobody trusted here has signed"),
        "{error:?}"
    );
}
