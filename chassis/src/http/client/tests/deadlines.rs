//! Time: what the caller has left, and the client's own limits.

use super::*;
use crate::Context;

/// Takes every request and answers none.
async fn silent() -> Server {
    Server::start(|mut peer| async move { while peer.request().await.is_some() {} }).await
}

/// What the request says is left, in milliseconds.
fn left(request: &str) -> u64 {
    let header = "x-envoy-expected-rq-timeout-ms: ";
    let line = request.lines().find_map(|line| line.strip_prefix(header));
    line.unwrap().parse().unwrap()
}

fn clock() -> (Env, std::time::Instant) {
    let env = Env::system();
    let now = env.now();
    (env, now)
}

fn short(limit: Duration) -> Settings {
    Settings {
        attempt_timeout: Some(limit),
        ..Settings::default()
    }
}

#[tokio::test]
async fn who_never_answers_is_given_up() {
    let server = silent().await;
    let client = Client::of(&[&server, &server], short(Duration::from_millis(40)));
    let (env, began) = clock();
    let error = client.call(post("{}")).await.unwrap_err();
    assert!(env.now() - began >= Duration::from_millis(40));
    assert_eq!(error.to_string(), "orders did not answer within 40ms");
    assert_eq!(server.requests().len(), 1, "it must not be sent again");
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn who_stops_in_the_middle_of_an_answer_is_given_up() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], short(Duration::from_millis(40)));
    let error = client.call(post("{}")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error:?}");
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn the_callers_deadline_counts_where_it_is_earlier() {
    let server = silent().await;
    let client = Client::of(&[&server], Settings::default());
    let env = Env::system();
    let context = Context::default().with_deadline(env.now() + Duration::from_millis(50));
    let error = context.scope(client.call(get())).await.unwrap_err();
    assert!(
        matches!(error, CallError::Deadline { stage: "done", .. }),
        "{error:?}"
    );
    let left = left(&server.requests()[0]);
    assert!((1..=50).contains(&left), "{left}");
}

#[tokio::test]
async fn expired_work_never_starts() {
    let server = silent().await;
    let client = Client::of(&[&server], Settings::default());
    let context = Context::default().with_deadline(Env::system().now());
    let error = context.scope(client.call(get())).await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::Deadline {
                stage: "called",
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_attempts_limit_is_what_the_callee_is_told() {
    let server = Server::answering("ok").await;
    let client = Client::of(&[&server], short(Duration::from_millis(700)));
    client.get().await.unwrap();
    client.get().await.unwrap();
    for request in server.requests() {
        assert!((600..=700).contains(&left(&request)), "{request}");
    }
    let client = Client::of(&[&server], Settings::default());
    client.get().await.unwrap();
    assert!((9_900..=10_000).contains(&left(&server.requests()[2])));
}

#[tokio::test]
async fn a_connection_that_does_not_open_is_given_up() {
    // A listener whose backlog is full lets nobody in and refuses nobody.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let listener = listener.unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut fillers = Vec::new();
    for _ in 0..8 {
        let connect = tokio::net::TcpStream::connect(address);
        fillers.push(tokio::time::timeout(Duration::from_millis(50), connect).await);
    }
    let settings = Settings {
        connect_timeout: Duration::from_millis(100),
        ..Settings::default()
    };
    let alive = Server::answering("ok").await;
    let client = Client::at(&[address], settings.clone());
    let (env, began) = clock();
    let error = client.call(get()).await.unwrap_err();
    assert!(env.now() - began < Duration::from_secs(5));
    let error = error.inner();
    assert!(matches!(error, CallError::Connect { .. }), "{error:?}");
    let source = std::error::Error::source(error).unwrap().to_string();
    assert!(source.starts_with("no connection within"), "{source}");
    let client = Client::at(&[address, alive.address], settings);
    for _ in 0..2 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
}

#[tokio::test(start_paused = true)]
async fn the_defaults_hold_under_paused_time() {
    let server = silent().await;
    let env = Env::seeded(1);
    let began = env.now();
    let telemetry = telemetry(env.clone());
    let client = Client::with(&[server.address], Settings::default(), telemetry);
    let error = client.transport.call(post("{}")).await.unwrap_err();
    assert_eq!(error.to_string(), "orders did not answer within 10s");
    assert_eq!((env.now() - began).as_secs(), 10);
    let began = env.now();
    let error = client.transport.call(get()).await.unwrap_err();
    assert!(
        matches!(error.inner(), CallError::Timeout { .. }),
        "{error:?}"
    );
    assert_eq!((env.now() - began).as_secs(), 30, "{error}");
}
