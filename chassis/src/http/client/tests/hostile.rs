//! Servers that mean harm, or are broken beyond it: each call has its limit, each failure its kind,
//! and memory stays bounded.

use super::*;

/// Sends `head`, and then `piece` for as long as the client reads.
async fn flooding(head: &'static str, piece: &'static str) -> Server {
    Server::start(move |mut peer| async move {
        peer.request().await;
        peer.send(head).await;
        while peer.send(piece).await {}
    })
    .await
}

fn short() -> Settings {
    Settings {
        attempt_timeout: Some(Duration::from_secs(1)),
        total_timeout: Duration::from_secs(1),
        max_answer: 100_000,
        ..Settings::default()
    }
}

/// How a call to `server` fails: within its limit, and with its connection closed.
async fn failed(server: &Server) -> CallError {
    let client = Client::of(&[server], short());
    let (env, error) = (Env::system(), client.call(post("{}")));
    let began = env.now();
    let error = error.await.unwrap_err();
    assert!(env.now() - began < Duration::from_secs(5), "{error}");
    until("closed", || server.open() == 0).await;
    error
}

#[tokio::test]
async fn a_byte_at_a_time_is_too_slow() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
            .await;
        while peer.send("x").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(kind(&failed(&server).await), "timeout");
}

#[tokio::test]
async fn interim_answers_without_end_are_no_answer() {
    let server = flooding("", "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n").await;
    assert_eq!(kind(&failed(&server).await), "timeout");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let server = flooding("HTTP/1.1 200 OK\r\n", "x-more: 0123456789abcdef\r\n").await;
    assert_eq!(kind(&failed(&server).await), "answer");
}

#[tokio::test]
async fn one_header_without_end_is_refused() {
    let server = flooding("HTTP/1.1 200 OK\r\nx-long: ", "0123456789abcdef").await;
    assert_eq!(kind(&failed(&server).await), "answer");
}

#[tokio::test]
async fn trailers_without_end_are_refused() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n";
    let server = flooding(head, "x-more: 0123456789abcdef\r\n").await;
    let kind = kind(&failed(&server).await);
    assert!(kind == "interrupted" || kind == "answer", "{kind}");
}

/// Large enough that a slow machine passes the limit of size before that of time.
const CHUNK: &str = "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n";

#[tokio::test]
async fn chunks_without_end_are_too_large() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = flooding(head, CHUNK).await;
    let error = failed(&server).await;
    assert!(
        error.to_string().contains("larger than 100000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn sizes_that_no_memory_has_are_refused() {
    for (head, expected) in [
        ("content-length: 99999999999\r\n\r\n", "answer"),
        ("content-length: 18446744073709551616\r\n\r\n", "answer"),
        ("content-length: -1\r\n\r\n", "answer"),
        ("content-length: 1\r\ncontent-length: 2\r\n\r\n", "answer"),
        (
            "transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            "any",
        ),
        (
            "transfer-encoding: chunked\r\n\r\n10000000000000000\r\nx",
            "any",
        ),
        ("transfer-encoding: chunked\r\n\r\nzz\r\nx", "any"),
        ("content-length: 100\r\n\r\nhalf", "interrupted"),
        ("transfer-encoding: chunked\r\n\r\n5\r\nhalf", "interrupted"),
    ] {
        let head: &'static str = head;
        let server = Server::start(move |mut peer| async move {
            peer.request().await;
            peer.send(format!("HTTP/1.1 200 OK\r\n{head}")).await;
        })
        .await;
        let error = failed(&server).await;
        let kind = kind(&error);
        assert!(kind == expected || expected == "any", "{head}: {error:?}");
    }
}

#[tokio::test]
async fn more_than_was_said_is_no_part_of_the_next_answer() {
    let server = Server::start(|mut peer| async move {
        while peer.request().await.is_some() {
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
                .await;
        }
    })
    .await;
    let client = Client::of(&[&server], short());
    for _ in 0..3 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_nobodys() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.answer("ok").await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], short());
    for round in 1..=3 {
        assert_eq!(client.get().await.unwrap(), "ok");
        until("closed", || server.open() == 0).await;
        assert_eq!(server.connections(), round);
    }
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let server = flooding("", "\x01\x02\x03\x7f no http at all \n\n").await;
    assert_eq!(kind(&failed(&server).await), "answer");
}

#[tokio::test]
async fn a_connection_that_is_reset_in_the_middle_interrupts_its_call() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await;
        peer.reset();
    })
    .await;
    assert_eq!(kind(&failed(&server).await), "interrupted");
}

#[tokio::test]
async fn who_ends_what_he_says_after_the_head_is_not_waited_for() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
            .await;
        peer.half_close().await;
        peer.closed().await;
    })
    .await;
    assert_eq!(kind(&failed(&server).await), "interrupted");
}

#[tokio::test]
async fn who_ends_what_he_says_before_the_head_is_not_waited_for() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.half_close().await;
        peer.closed().await;
    })
    .await;
    assert_eq!(kind(&failed(&server).await), "interrupted");
}

/// A listener whose queue is full: connections to it are not refused, they hang.
#[tokio::test]
async fn a_listen_queue_that_is_full_costs_the_connect_timeout() {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: SocketAddr = ([127, 0, 0, 1], 0).into();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut queue = vec![];
    for _ in 0..4 {
        let connect = tokio::net::TcpStream::connect(address);
        queue.extend(tokio::time::timeout(Duration::from_millis(200), connect).await);
    }
    let settings = Settings {
        connect_timeout: Duration::from_millis(100),
        ..Settings::default()
    };
    let alone = Client::at(&[address], settings.clone());
    let error = alone.get().await.unwrap_err();
    assert_eq!(kind(&error), "connect", "{error:?}");
    let server = Server::answering("ok").await;
    let both = Client::at(&[address, server.address], settings);
    for _ in 0..4 {
        assert_eq!(both.get().await.unwrap(), "ok");
    }
}

#[tokio::test]
async fn where_nobody_listens_not_everybody_knocks() {
    let closed = nobody().await;
    let client = Arc::new(Client::at(&[closed], short()));
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let client = Arc::clone(&client);
            crate::spawn(async move { client.get().await.unwrap_err() })
        })
        .collect();
    let mut told = 0;
    for call in calls {
        let error = call.await.unwrap();
        assert_eq!(kind(&error), "connect", "{error:?}");
        told += usize::from(format!("{error:?}").contains("Refused {"));
    }
    // Most of them heard of it from those few who tried.
    assert!(told > 200, "{told}");
}
