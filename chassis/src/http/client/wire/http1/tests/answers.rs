//! Answers, by RFC 9112: heads, ends of bodies, what may follow.

use super::*;

async fn one(text: &str, closes: bool) -> Result<(u16, String, bool), String> {
    let taken = taken(get(), &[text.as_bytes()], closes).await?;
    let body = String::from_utf8(taken.body).unwrap();
    Ok((taken.status, body, taken.is_kept))
}

#[tokio::test]
async fn bodies_end_where_the_rfc_says() {
    for (text, closes, body, is_kept) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            false,
            "ok",
            true,
        ),
        (
            "HTTP/1.1 200\r\nContent-Length: 2, 2\r\n\r\nok",
            false,
            "ok",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            false,
            "",
            true,
        ),
        (
            "HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n",
            false,
            "",
            true,
        ),
        (
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n",
            false,
            "",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\n\r\nto the end",
            true,
            "to the end",
            false,
        ),
        (
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
            false,
            "ok",
            false,
        ),
        (
            "HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok",
            false,
            "ok",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nok",
            false,
            "ok",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2;a=b\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
            false,
            "ok!",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 1\r\n\r\n",
            false,
            "ok",
            true,
        ),
        // Both: the chunks count, and the connection is not trusted any more.
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            false,
            "ok",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nrest",
            true,
            "rest",
            false,
        ),
        // More than was asked for.
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok!",
            false,
            "ok",
            false,
        ),
        (
            "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            false,
            "ok",
            true,
        ),
    ] {
        let status = if text.contains("204") {
            204
        } else if text.contains("304") {
            304
        } else {
            200
        };
        let expected = Ok((status, body.to_owned(), is_kept));
        assert_eq!(one(text, closes).await, expected, "{text}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let head = request(Method::HEAD, SendBody::Whole(Bytes::new()));
    let text = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    let taken = taken(head, &[text], false).await.unwrap();
    assert_eq!((taken.body.len(), taken.is_kept), (0, true));
}

#[tokio::test]
async fn what_breaks_the_rules_is_named() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(101));
    let large = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "b".repeat(65 << 10));
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let size = format!("{chunked}2;{}", "x".repeat(2_000));
    let trailers = format!("{chunked}0\r\n{}\r\n", "a: b\r\n".repeat(101));
    for (text, expected) in [
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "it is no HTTP/1.1"),
        ("HTTP/1.1 2x0 OK\r\n\r\n", "its status is no status"),
        ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", "its head is malformed"),
        (
            "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
            "its head is malformed",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "it switches to a protocol that nobody asked for",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            "it has two values of `content-length`",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n",
            "its `content-length` is no number",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n",
            "its `content-length` is no number",
        ),
        (&many, "it has more than 100 headers"),
        (&large, "its headers are larger than 64 KiB"),
        (&format!("{chunked}x\r\n"), "a chunk's size is no number"),
        (
            &format!("{chunked}2\r\nok!\r\n"),
            "a chunk is longer than it says",
        ),
        (&size, "a chunk's size has no end"),
        (&trailers, "there are more than 100 trailers"),
        ("", "the connection was closed before an answer came"),
        (
            "HTTP/1.1 200",
            "the connection was closed in the middle of the answer",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
            "the connection was closed in the middle of the answer",
        ),
        (
            &format!("{chunked}5\r\nhalf"),
            "the connection was closed in the middle of the answer",
        ),
    ] {
        assert_eq!(
            one(text, true).await,
            Err(expected.to_owned()),
            "{text:.80}"
        );
    }
}

#[tokio::test]
async fn a_connection_is_quiet_until_something_comes_or_it_ends() {
    let (mut kept, mut theirs) = pipe();
    assert!(kept.is_quiet());
    theirs.write_all(b"x").await.unwrap();
    assert!(!kept.is_quiet());
    let (mut kept, theirs) = pipe();
    drop(theirs);
    assert!(!kept.is_quiet());
}

#[tokio::test]
async fn who_answers_before_he_has_read_all_is_heard() {
    let (mut kept, mut theirs) = pipe();
    // More than the pipe takes.
    let body = SendBody::Whole(Bytes::from(vec![b'x'; 1 << 20]));
    let other = async {
        let mut some = [0; 100];
        theirs.read_exact(&mut some).await.unwrap();
        let answer = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
        theirs.write_all(answer).await.unwrap();
        theirs
    };
    let (head, _theirs) = tokio::join!(send(&mut kept, request(Method::POST, body)), other);
    assert_eq!(head.unwrap().status, 413);
    assert!(!kept.rest(Waker::noop()), "its request is not at its end");
}

#[tokio::test]
async fn who_answers_and_closes_before_he_has_read_all_is_heard() {
    let (mut kept, mut theirs) = pipe();
    let body = SendBody::Whole(Bytes::from(vec![b'x'; 1 << 20]));
    let other = async move {
        let answer = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
        theirs.write_all(answer).await.unwrap();
    };
    let (head, ()) = tokio::join!(send(&mut kept, request(Method::POST, body)), other);
    assert_eq!(head.unwrap().status, 413);
    assert!(!kept.rest(Waker::noop()));
}

#[tokio::test]
async fn what_could_not_be_begun_is_unsent() {
    let (mut kept, theirs) = pipe();
    drop(theirs);
    let now = Env::system().now();
    let addressed = Addressed {
        host: &HeaderValue::from_static("orders"),
        context: &Context::default(),
        trace: &TraceContext::default(),
        trust: Trust::Edge,
        deadline: now,
        now,
        attempt: 1,
    };
    let sent = kept.send(&get(), &addressed).await;
    assert!(matches!(sent, Err(SendError::Unsent(_))), "{sent:?}");
}
