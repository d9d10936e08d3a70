//! HTTP/2: what calls share, and how they are kept apart. Here is the server of the tests.

mod calls;
mod connections;
mod hostile;

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
