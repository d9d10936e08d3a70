//! What is written of a request.

use http::header;
use http_body::Frame;
use http_body_util::StreamBody;

use super::*;
use crate::context::headers;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// What the other side reads of a request, told what `context` tells a callee of our own.
async fn written(wire: Wire, context: &Context, trust: Trust) -> Result<String, String> {
    let (mut kept, mut theirs) = pipe();
    let ours = async {
        let sent = send_for(&mut kept, wire, context, trust)
            .await
            .map_err(said);
        drop(kept);
        sent
    };
    let other = async {
        theirs.write_all(ANSWER).await.unwrap();
        let mut read = Vec::new();
        theirs.read_to_end(&mut read).await.unwrap();
        String::from_utf8(read).unwrap()
    };
    let (sent, read) = tokio::join!(ours, other);
    sent.map(|_| read)
}

async fn plain(wire: Wire) -> String {
    written(wire, &Context::default(), Trust::Edge)
        .await
        .unwrap()
}

fn streaming(pieces: &'static [&'static str]) -> SendBody {
    let pieces = pieces
        .iter()
        .map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))));
    let mut pieces = pieces.collect::<Vec<_>>().into_iter();
    let stream = std::iter::from_fn(move || pieces.next());
    SendBody::Streaming(Box::pin(StreamBody::new(futures(stream))))
}

/// An iterator as a stream.
fn futures<I: Iterator + Unpin>(mut items: I) -> impl futures_core::Stream<Item = I::Item> {
    struct Items<F>(F);
    impl<T, F: FnMut() -> Option<T> + Unpin> futures_core::Stream for Items<F> {
        type Item = T;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Option<T>> {
            Poll::Ready((self.0)())
        }
    }
    Items(move || items.next())
}

#[tokio::test]
async fn a_request_without_a_body() {
    let expected = "GET /v1/orders/42?full=true HTTP/1.1\r\nhost: orders:8080\r\n\r\n";
    assert_eq!(plain(get()).await, expected);
}

#[tokio::test]
async fn a_request_with_a_body_and_headers() {
    let mut wire = request(Method::POST, SendBody::Whole(Bytes::from_static(b"{}")));
    let map = &mut wire.headers;
    map.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    // Neither of these can lie.
    map.insert(header::CONTENT_LENGTH, HeaderValue::from_static("7"));
    map.insert(header::HOST, HeaderValue::from_static("evil"));
    let expected = "POST /v1/orders/42?full=true HTTP/1.1\r\nhost: orders:8080\r\n\
                    content-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(plain(wire).await, expected);
}

#[tokio::test]
async fn an_empty_body_is_said_where_it_was_meant() {
    let mut wire = request(Method::POST, SendBody::Whole(Bytes::new()));
    wire.headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    let written = plain(wire).await;
    assert!(
        written.ends_with("\r\ncontent-length: 0\r\n\r\n"),
        "{written}"
    );
}

#[tokio::test]
async fn a_large_body_comes_after_its_head() {
    let body = "x".repeat(20_000);
    let wire = request(Method::PUT, SendBody::Whole(Bytes::from(body.clone())));
    let written = plain(wire).await;
    let (head, sent) = written.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with("content-length: 20000"), "{head}");
    assert_eq!(sent, body);
}

#[tokio::test]
async fn the_context_is_told_in_place_of_what_the_request_says() {
    let mut wire = get();
    let map = &mut wire.headers;
    map.insert(headers::EXPECTED_TIMEOUT, HeaderValue::from_static("99999"));
    map.insert(headers::PRIORITY, HeaderValue::from_static("u=1"));
    let written = written(wire, &Context::default(), Trust::Mesh)
        .await
        .unwrap();
    let expected = "GET /v1/orders/42?full=true HTTP/1.1\r\nhost: orders:8080\r\n\
                    x-envoy-expected-rq-timeout-ms: 2500\r\npriority: u=1\r\n\r\n";
    assert_eq!(written, expected);
}

#[tokio::test]
async fn a_body_that_streams_goes_by_chunks() {
    let written = plain(request(
        Method::POST,
        streaming(&["one", "", "twenty bytes in one!"]),
    ))
    .await;
    let expected =
        "transfer-encoding: chunked\r\n\r\n3\r\none\r\n14\r\ntwenty bytes in one!\r\n0\r\n\r\n";
    assert!(written.ends_with(expected), "{written}");
    let empty = plain(request(Method::POST, streaming(&[]))).await;
    assert!(
        empty.ends_with("transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        "{empty}"
    );
}

#[tokio::test]
async fn a_body_whose_length_was_said_has_that_length() {
    let said = |pieces| {
        let mut wire = request(Method::POST, streaming(pieces));
        wire.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from_static("6"));
        wire
    };
    let right = plain(said(&["one", "two"])).await;
    assert!(
        right.ends_with("content-length: 6\r\n\r\nonetwo"),
        "{right}"
    );
    for (pieces, how) in [(&["one"][..], "shorter"), (&["one", "three"][..], "longer")] {
        let (mut kept, _theirs) = pipe();
        let sent = send(&mut kept, said(pieces));
        // Nobody answers: the error is what ends it.
        let error = said_of(sent.await);
        assert!(
            error.contains(&format!("{how} than its `content-length`")),
            "{error}"
        );
    }
}

fn said_of(sent: Result<Parts, SendError>) -> String {
    sent.map_err(super::said).unwrap_err()
}

#[tokio::test]
async fn what_would_end_a_line_is_left_out() {
    let mut text = Vec::new();
    let mut lines = super::super::request::Lines(&mut text);
    use crate::context::Setter as _;
    lines.set(headers::BAGGAGE, b"a=b\r\nx-evil: 1");
    lines.set(headers::BAGGAGE, b"a=b");
    assert_eq!(text, b"baggage: a=b\r\n");
}
