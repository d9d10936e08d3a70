//! Handshakes with real servers, and what is said where one fails.

pub(in crate::http) mod authority;

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use self::authority::Authority;
use super::{Alpn, ClientTls, TlsSettings};
use crate::context::Stream;

const BOTH: &[Alpn] = &[Alpn::H2, Alpn::Http1];
const PATIENCE: Duration = Duration::from_secs(20);

/// What comes of a handshake with a server, which is asked for a byte.
async fn meet(
    server: Arc<ServerConfig>,
    settings: &TlsSettings,
    protocols: &[Alpn],
    host: &str,
) -> Result<Alpn, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = crate::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(server);
        if let Ok(mut stream) = acceptor.accept(stream).await {
            // Under TLS 1.3 a client learns only now that its certificate is refused.
            drop(stream.write_all(b"!").await);
            drop(stream.shutdown().await);
        }
    });
    let tls = ClientTls::open(settings, protocols).unwrap();
    let stream = Stream::Tcp(TcpStream::connect(address).await.unwrap());
    let met = async {
        let (mut stream, alpn) = tls.connect(host, stream).await?;
        let mut byte = [0];
        stream.read_exact(&mut byte).await?;
        Ok::<_, std::io::Error>(alpn)
    };
    let met = tokio::time::timeout(PATIENCE, met).await.unwrap();
    served.await.unwrap();
    met.map_err(|error| error.to_string())
}

#[tokio::test]
async fn what_is_spoken_is_agreed_on() {
    let authority = Authority::new();
    let pair = authority.sign("localhost");
    let settings = authority.believed();
    for (offered, protocols, agreed) in [
        (&["h2", "http/1.1"][..], BOTH, Alpn::H2),
        (&["http/1.1"], BOTH, Alpn::Http1),
        (&[], BOTH, Alpn::Http1),
        (&["h2", "http/1.1"], &[Alpn::Http1][..], Alpn::Http1),
    ] {
        let server = authority.server(&pair, offered, false);
        let met = meet(server, &settings, protocols, "localhost").await;
        assert_eq!(met, Ok(agreed), "{offered:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_who_it_should_be_is_not_spoken_to() {
    let (authority, other) = (Authority::new(), Authority::new());
    let settings = authority.believed();
    let good = authority.sign("localhost");
    for (pair, host, said) in [
        (
            &authority.sign_expired("localhost"),
            "localhost",
            "of localhost has expired; it must",
        ),
        (&good, "orders", "is not for orders, only for"),
        (
            &other.sign("localhost"),
            "localhost",
            "nobody trusted here has signed",
        ),
        (&good, "127.0.0.1", "`tls.server_name`"),
    ] {
        let server = authority.server(pair, &[], false);
        let error = meet(server, &settings, BOTH, host).await.unwrap_err();
        assert!(
            error.starts_with("TLS: ") && error.contains(said),
            "{error}"
        );
    }
    let named = TlsSettings {
        server_name: Some("localhost".into()),
        ..settings
    };
    let server = authority.server(&good, &[], false);
    assert_eq!(
        meet(server, &named, BOTH, "127.0.0.1").await,
        Ok(Alpn::Http1)
    );
}

#[tokio::test]
async fn a_server_that_asks_who_calls_is_told() {
    let (authority, other) = (Authority::new(), Authority::new());
    let pair = authority.sign("localhost");
    let server = || authority.server(&pair, &[], true);
    let known = authority.believed_by(&authority.sign("orders"));
    assert_eq!(
        meet(server(), &known, BOTH, "localhost").await,
        Ok(Alpn::Http1)
    );
    let nobody = authority.believed();
    let error = meet(server(), &nobody, BOTH, "localhost")
        .await
        .unwrap_err();
    assert!(
        error.contains("the server wants a client certificate"),
        "{error}"
    );
    let stranger = authority.believed_by(&other.sign("orders"));
    let error = meet(server(), &stranger, BOTH, "localhost")
        .await
        .unwrap_err();
    assert!(error.contains("tls.certificate_file"), "{error}");
}

#[tokio::test]
async fn who_does_not_speak_tls_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    crate::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        drop(stream.read(&mut [0; 1024]).await);
    });
    let tls = ClientTls::open(&Authority::new().believed(), BOTH).unwrap();
    let stream = Stream::Tcp(TcpStream::connect(address).await.unwrap());
    let said = tls
        .connect("localhost", stream)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(said.contains("does not speak TLS; is it http://"), "{said}");
}

#[test]
fn what_is_wrong_with_the_files_is_said_without_their_words() {
    let authority = Authority::new();
    let pair = authority.sign("orders");
    let open = |settings: TlsSettings| ClientTls::open(&settings, BOTH).unwrap_err();
    let secret = authority.file("secret.txt", "s3cret");
    let ca = |path| TlsSettings {
        ca_file: Some(path),
        ..TlsSettings::default()
    };
    let missing = open(ca("/nowhere/ca.pem".into()));
    assert_eq!(missing.setting, "ca_file");
    assert!(
        missing
            .problem
            .contains("/nowhere/ca.pem: cannot be read: No such file"),
        "{missing:?}"
    );
    let empty = open(ca(secret.clone()));
    assert!(
        empty.problem.contains("holds no certificate; expected PEM"),
        "{empty:?}"
    );
    let own = authority.believed_by(&pair);
    let other = TlsSettings {
        key_file: Some(authority.file("other.key", &authority.sign("x").key)),
        ..own.clone()
    };
    let swapped = open(other);
    assert_eq!(swapped.setting, "key_file");
    assert!(
        swapped
            .problem
            .contains("is not the key of the certificate in"),
        "{swapped:?}"
    );
    let garbage = TlsSettings {
        key_file: Some(secret),
        ..own.clone()
    };
    let garbage = open(garbage);
    assert!(
        garbage.problem.contains("holds no private key"),
        "{garbage:?}"
    );
    assert!(!garbage.problem.contains("s3cret"));
    let alone = TlsSettings {
        key_file: None,
        ..own
    };
    assert_eq!(open(alone).setting, "key_file");
    let name = TlsSettings {
        server_name: Some("a b".into()),
        ..authority.believed()
    };
    assert_eq!(open(name).setting, "server_name");
}
