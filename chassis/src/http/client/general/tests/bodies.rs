//! Bodies: in pieces, too slow, too large, not read.

use bytes::Bytes;

use super::*;

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
