//! HTTP/2: what calls share, and how they are kept apart.

use std::sync::atomic::{AtomicUsize, Ordering};

use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::Request;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::*;
use crate::http::client::Protocol;

type Connection = h2::server::Connection<TcpStream, Bytes>;

/// A server of HTTP/2 that does what a test says.
struct Callee {
    address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    open: AtomicUsize,
    requests: AtomicUsize,
    resets: AtomicUsize,
}

impl Callee {
    /// Runs `behaviour` for each connection, with its number.
    async fn start<F>(
        settings: h2::server::Builder,
        behaviour: impl Fn(usize, Connection, Arc<Seen>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Seen>::default();
        let shared = Arc::clone(&seen);
        let task = crate::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                shared.open.fetch_add(1, Ordering::SeqCst);
                let seen = Arc::clone(&shared);
                let Ok(connection) = settings.handshake(stream).await else {
                    continue;
                };
                let behaves = behaviour(number, connection, Arc::clone(&seen));
                connections.spawn(async move {
                    behaves.await;
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    /// Runs `answer` for each request.
    async fn answering<F>(
        settings: h2::server::Builder,
        answer: impl Fn(usize, Request<RecvStream>, SendResponse<Bytes>, Arc<Seen>) -> F
        + Send
        + Sync
        + Copy
        + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start(settings, move |_, mut connection, seen| async move {
            while let Some(Ok((request, respond))) = connection.accept().await {
                let number = seen.requests.fetch_add(1, Ordering::SeqCst);
                crate::spawn(answer(number, request, respond, Arc::clone(&seen)));
            }
        })
        .await
    }

    fn count(&self, what: impl Fn(&Seen) -> &AtomicUsize) -> usize {
        what(&self.seen).load(Ordering::SeqCst)
    }
}

impl Drop for Callee {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn say(mut respond: SendResponse<Bytes>, body: &'static str) {
    if let Ok(mut stream) = respond.send_response(Response::new(()), false) {
        drop(stream.send_data(Bytes::from_static(body.as_bytes()), true));
    }
}

async fn ok(_: usize, _: Request<RecvStream>, respond: SendResponse<Bytes>, _: Arc<Seen>) {
    say(respond, "ok");
}

fn h2() -> Settings {
    Settings {
        protocol: Protocol::H2,
        ..Settings::default()
    }
}

fn client(callees: &[&Callee], settings: Settings) -> Arc<Client> {
    let addresses: Vec<SocketAddr> = callees.iter().map(|callee| callee.address).collect();
    Arc::new(Client::at(&addresses, settings))
}

/// `calls` calls at once; how they ended.
async fn at_once(client: &Arc<Client>, calls: usize) -> Vec<Result<String, CallError>> {
    let calls: Vec<_> = (0..calls)
        .map(|_| {
            let client = Arc::clone(client);
            crate::spawn(async move { client.get().await })
        })
        .collect();
    let mut ended = vec![];
    for call in calls {
        ended.push(call.await.unwrap());
    }
    ended
}

#[tokio::test]
async fn calls_share_one_connection_from_the_first_on() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let client = client(&[&callee], h2());
    for ended in at_once(&client, 60).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    let response = client.call(post("{\"sku\":7}")).await.unwrap();
    assert_eq!(
        (response.status(), &response.body()[..]),
        (http::StatusCode::OK, &b"ok"[..])
    );
    assert_eq!(callee.count(|seen| &seen.connections), 1);
    assert_eq!(callee.count(|seen| &seen.requests), 61);
}

#[tokio::test]
async fn a_request_is_whole_and_says_nothing_of_connections() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, request, mut respond, _| async move {
            let (head, mut body) = request.into_parts();
            let mut sent = vec![];
            while let Some(data) = body.data().await {
                let data = data.unwrap();
                body.flow_control().release_capacity(data.len()).unwrap();
                sent.extend_from_slice(&data);
            }
            let said = format!(
                "{} {} {:?} {}",
                head.method,
                head.uri,
                head.headers,
                sent.len()
            );
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            stream.send_data(said.into(), true).unwrap();
        },
    )
    .await;
    let client = client(&[&callee], h2());
    // Larger than the window of the callee.
    let mut outgoing = post(vec![b'x'; 300_000]);
    let close = http::HeaderValue::from_static("close");
    outgoing.headers.insert("connection", close);
    let response = client.call(outgoing).await.unwrap();
    let said = String::from_utf8(response.into_body().to_vec()).unwrap();
    let begin = format!("POST http://{}/v1/orders ", callee.address);
    assert!(
        said.starts_with(&begin) && said.ends_with(" 300000"),
        "{said}"
    );
    assert!(
        said.contains("traceparent") && !said.contains("connection"),
        "{said}"
    );
    assert!(!said.contains("\"host\""), "{said}");
}

#[tokio::test]
async fn more_connections_are_opened_where_one_takes_no_more_calls() {
    let mut settings = h2::server::Builder::new();
    settings.max_concurrent_streams(4);
    let callee = Callee::answering(settings, |_, _, respond, seen| async move {
        // Nobody is answered before all are there.
        until("all there", || seen.requests.load(Ordering::SeqCst) >= 12).await;
        say(respond, "ok");
    })
    .await;
    let client = client(&[&callee], h2());
    for ended in at_once(&client, 12).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    assert_eq!(callee.count(|seen| &seen.connections), 3);
}

#[tokio::test]
async fn who_finds_every_connection_full_waits_in_line() {
    let mut settings = h2::server::Builder::new();
    settings.max_concurrent_streams(2);
    let callee = Callee::answering(settings, |_, _, respond, _| async move {
        tokio::time::sleep(Duration::from_millis(2)).await;
        say(respond, "ok");
    })
    .await;
    let settings = Settings {
        max_connections: 2,
        ..h2()
    };
    let client = client(&[&callee], settings);
    for ended in at_once(&client, 50).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    assert_eq!(callee.count(|seen| &seen.connections), 2);
}

#[tokio::test]
async fn a_call_that_is_given_up_resets_its_stream_and_not_the_connection() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |number, _, mut respond, seen| async move {
            if number > 0 {
                return say(respond, "ok");
            }
            let reset = std::future::poll_fn(|cx| respond.poll_reset(cx)).await;
            assert_eq!(reset.unwrap(), Reason::CANCEL);
            seen.resets.fetch_add(1, Ordering::SeqCst);
        },
    )
    .await;
    let settings = Settings {
        attempt_timeout: Some(Duration::from_millis(40)),
        ..h2()
    };
    let client = client(&[&callee], settings);
    // A POST, which is not repeated.
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(error.to_string(), "orders did not answer within 40ms");
    until("reset", || callee.count(|seen| &seen.resets) == 1).await;
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(callee.count(|seen| &seen.connections), 1);
}

#[tokio::test]
async fn what_a_goaway_left_out_is_sent_again_whatever_its_method() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |number, mut connection, seen| async move {
            let mut served = 0;
            while let Some(Ok((_, respond))) = connection.accept().await {
                seen.requests.fetch_add(1, Ordering::SeqCst);
                say(respond, "ok");
                served += 1;
                if served == 2 && number < 3 {
                    connection.graceful_shutdown();
                }
            }
        },
    )
    .await;
    let client = client(&[&callee], h2());
    for _ in 0..8 {
        assert_eq!(client.call(post("{}")).await.unwrap().status(), 200);
    }
    assert_eq!(callee.count(|seen| &seen.requests), 8);
    assert_eq!(callee.count(|seen| &seen.connections), 4);
}

#[tokio::test]
async fn a_callee_that_only_goes_away_is_given_up_soon() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |_, mut connection, _| async move {
            connection.abrupt_shutdown(Reason::NO_ERROR);
            drop(connection.accept().await);
        },
    )
    .await;
    let client = client(&[&callee], h2());
    client.call(post("{}")).await.unwrap_err();
    let dialled = callee.count(|seen| &seen.connections);
    assert!(dialled <= 8, "{dialled}");
}

#[tokio::test]
async fn a_refused_stream_goes_to_another_instance_whatever_its_method() {
    let refusing = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, _| async move {
            respond.send_reset(Reason::REFUSED_STREAM);
        },
    )
    .await;
    let taking = Callee::answering(h2::server::Builder::new(), ok).await;
    let both = client(&[&refusing, &taking], h2());
    for _ in 0..6 {
        assert_eq!(both.call(post("{}")).await.unwrap().status(), 200);
    }
    assert!(refusing.count(|seen| &seen.requests) > 0);
    assert_eq!(refusing.count(|seen| &seen.connections), 1);
    let only = client(&[&refusing], h2());
    let error = only.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "connect", "{error:?}");
}

#[tokio::test]
async fn a_reset_that_is_no_refusal_is_not_sent_again() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, _| async move {
            respond.send_reset(Reason::INTERNAL_ERROR);
        },
    )
    .await;
    let client = client(&[&callee, &callee], h2());
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "interrupted", "{error:?}");
    assert_eq!(callee.count(|seen| &seen.requests), 1);
    assert_eq!(callee.count(|seen| &seen.connections), 1);
}

#[tokio::test]
async fn a_connection_whose_other_end_is_gone_is_noticed() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |number, mut connection, seen| async move {
            while let Some(Ok((_, respond))) = connection.accept().await {
                let served = seen.requests.fetch_add(1, Ordering::SeqCst);
                if number == 0 && served == 1 {
                    // From here on nothing is read and nothing written, also no answer to a PING.
                    return std::future::pending().await;
                }
                say(respond, "ok");
            }
        },
    )
    .await;
    let settings = Settings {
        ping_interval: Duration::from_millis(200),
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "interrupted", "{error:?}");
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(callee.count(|seen| &seen.connections), 2);
}

#[tokio::test]
async fn an_old_connection_is_replaced_while_its_calls_go_on() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let settings = Settings {
        max_age: Duration::ZERO,
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    until("replaced", || callee.count(|seen| &seen.connections) >= 2).await;
    for ended in at_once(&client, 40).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    until("closed", || callee.count(|seen| &seen.open) <= 1).await;
}

#[tokio::test]
async fn an_idle_connection_of_many_calls_is_closed_in_time() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let settings = Settings {
        idle_timeout: Duration::from_millis(50),
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    until("closed", || callee.count(|seen| &seen.open) == 0).await;
    assert_eq!(client.get().await.unwrap(), "ok");
}

#[tokio::test]
async fn a_server_of_the_other_protocol_is_named() {
    let server = Server::start(|mut peer| async move {
        peer.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], h2());
    let said = format!("{:?}", client.get().await.unwrap_err());
    assert!(said.contains("expected HTTP/2: "), "{said}");
}

#[tokio::test]
async fn what_nobody_reads_stays_with_the_callee() {
    let callee = Callee::answering(
        h2::server::Builder::new(),
        |_, _, mut respond, seen| async move {
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            loop {
                stream.reserve_capacity(16_384);
                let Some(Ok(capacity)) = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await
                else {
                    return;
                };
                seen.resets.fetch_add(capacity, Ordering::SeqCst);
                stream
                    .send_data(Bytes::from(vec![0; capacity]), false)
                    .unwrap();
            }
        },
    )
    .await;
    let client = client(&[&callee], h2());
    let error = client.get().await.unwrap_err();
    assert!(
        error.to_string().contains("larger than 8388608 bytes"),
        "{error}"
    );
    let sent = callee.count(|seen| &seen.resets);
    assert!(sent < 8_388_608 + (8 << 20), "{sent}");
}
