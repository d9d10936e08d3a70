//! Compressed answers, and bombs.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

const TEXT: &str =
    "It is said that a compressed text is shorter than the same text as it is written. ";

fn text() -> String {
    TEXT.repeat(2_000)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// What the server answers: a head that names `encoding`, and `body`.
fn answer(encoding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn giving(answer: Vec<u8>) -> Server {
    let answer = Bytes::from(answer);
    Server::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            while peer.request().await.is_some() {
                peer.send(&answer[..]).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn compressed_answers_are_asked_for_and_read_as_what_they_are() {
    let plain = text();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(plain.as_bytes()).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
    raw.write_all(plain.as_bytes()).unwrap();
    let half = plain.len() / 2;
    let members = [
        gzip(&plain.as_bytes()[..half]),
        gzip(&plain.as_bytes()[half..]),
    ]
    .concat();
    for (encoding, body) in [
        ("gzip", gzip(plain.as_bytes())),
        ("GZIP", members),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
    ] {
        let server = giving(answer(encoding, &body)).await;
        let response = client().get(url(&server, "/")).send().await.unwrap();
        assert!(!response.headers().contains_key("content-encoding"));
        assert_eq!(response.content_length(), None);
        assert_eq!(response.text().await.unwrap(), plain, "{encoding}");
        let request = &server.requests()[0];
        assert!(
            request.contains("accept-encoding: gzip, deflate\r\n"),
            "{request}"
        );
        // The same piece by piece.
        let mut response = client().get(url(&server, "/")).send().await.unwrap();
        let (mut read, mut largest) = (Vec::new(), 0);
        while let Some(piece) = response.chunk().await.unwrap() {
            largest = largest.max(piece.len());
            read.extend_from_slice(&piece);
        }
        assert!(largest > 0 && largest < 512 * 1024, "{largest}");
        assert_eq!(read, plain.as_bytes(), "{encoding}");
    }
}

#[tokio::test]
async fn a_connection_is_used_again_after_a_compressed_answer() {
    let server = giving(answer("gzip", &gzip(b"short"))).await;
    let client = client();
    for _ in 0..3 {
        let response = client.get(url(&server, "/")).send().await.unwrap();
        assert_eq!(response.bytes().await.unwrap(), "short");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn who_says_what_he_takes_gets_it_as_it_is() {
    let body = gzip(b"as it is");
    let server = giving(answer("gzip", &body)).await;
    for (name, value) in [("accept-encoding", "gzip"), ("range", "bytes=0-")] {
        let get = client().get(url(&server, "/")).header(name, value);
        let response = get.send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(response.bytes().await.unwrap(), body);
    }
    // What nobody asked for is not touched either.
    let other = giving(answer("br", b"whatever")).await;
    let response = client().get(url(&other, "/")).send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "br");
    assert_eq!(response.bytes().await.unwrap(), "whatever");
    // A head speaks of a body that does not come.
    let head = client().head(url(&server, "/")).send().await.unwrap();
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_bomb_ends_with_its_limit_and_not_with_the_memory() {
    // 512 MiB of nothing in half a MiB; and the same once more inside of itself.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..512 {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let server = giving(answer("gzip", &bomb)).await;
    let before = resident();
    let response = client().get(url(&server, "/")).send().await.unwrap();
    let error = response.bytes().await.unwrap_err().to_string();
    assert!(
        error.contains("larger than 8388608 bytes once its gzip is decoded"),
        "{error}"
    );
    assert!(error.contains("raise client.http.max_answer"), "{error}");
    let mut response = client().get(url(&server, "/")).send().await.unwrap();
    for _ in 0..200 {
        let piece = response.chunk().await.unwrap().unwrap();
        assert!(piece.len() < 512 * 1024, "{}", piece.len());
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
}

#[tokio::test]
async fn what_is_not_what_it_says_is_an_error_that_says_so() {
    let mut broken = gzip(text().as_bytes());
    let at = broken.len() / 2;
    broken[at] ^= 0xff;
    let mut cut = gzip(text().as_bytes());
    cut.truncate(cut.len() - 20);
    for (encoding, body) in [
        ("gzip", b"plain text".to_vec()),
        ("gzip", broken),
        ("gzip", cut),
        ("deflate", b"plain text".to_vec()),
    ] {
        let server = giving(answer(encoding, &body)).await;
        let response = client().get(url(&server, "/")).send().await.unwrap();
        let error = response.bytes().await.unwrap_err();
        assert!(matches!(error, CallError::Answer { .. }), "{error:?}");
        let said = format!("its body is not the {encoding} that its `content-encoding` says");
        assert!(error.to_string().contains(&said), "{error}");
        let mut response = client().get(url(&server, "/")).send().await.unwrap();
        let error = loop {
            match response.chunk().await {
                Ok(piece) => assert!(piece.is_some(), "{encoding}: it ended well"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains(&said), "{error}");
    }
}

/// Bytes of memory that this process has.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages = status.split_whitespace().nth(1).unwrap();
    pages.parse::<usize>().unwrap() * 4096
}
