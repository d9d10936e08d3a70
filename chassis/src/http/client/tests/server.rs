//! A TCP server that does exactly what a test says, byte by byte.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A running server; dropped, it closes its listener and all of its connections.
pub(in crate::http::client) struct Server {
    pub(in crate::http::client) address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    open: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Server {
    /// Runs `behaviour` for each connection.
    pub(in crate::http::client) async fn start<F>(
        behaviour: impl Fn(Peer) -> F + Send + 'static,
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
                stream.set_nodelay(true).unwrap();
                shared.connections.fetch_add(1, Ordering::SeqCst);
                shared.open.fetch_add(1, Ordering::SeqCst);
                connections.spawn(behaviour(Peer {
                    stream,
                    read: Vec::new(),
                    seen: Arc::clone(&shared),
                }));
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    /// Answers every request with 200 and `body`.
    pub(in crate::http::client) async fn answering(body: &'static str) -> Self {
        Self::start(move |mut peer| async move {
            while peer.request().await.is_some() {
                peer.answer(body).await;
            }
        })
        .await
    }

    /// How many connections were ever opened.
    pub(in crate::http::client) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many connections are open now.
    pub(in crate::http::client) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// Every request that came whole: head and body.
    pub(in crate::http::client) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The server's end of one connection.
pub(in crate::http::client) struct Peer {
    stream: TcpStream,
    read: Vec<u8>,
    seen: Arc<Seen>,
}

impl Peer {
    /// The next request, head and body; `None` when the client has closed the connection.
    pub(in crate::http::client) async fn request(&mut self) -> Option<String> {
        loop {
            if let Some(end) = whole(&self.read) {
                let request: Vec<u8> = self.read.drain(..end).collect();
                let request = String::from_utf8(request).unwrap();
                self.seen.requests.lock().unwrap().push(request.clone());
                return Some(request);
            }
            if self.stream.read_buf(&mut self.read).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// The next request up to its body, which may come later.
    pub(in crate::http::client) async fn head(&mut self) {
        while !self.read.windows(4).any(|four| four == b"\r\n\r\n") {
            self.stream.read_buf(&mut self.read).await.unwrap();
        }
    }

    /// Reads more, and gives all that came and was not taken yet; nothing when the client has gone.
    pub(super) async fn more(&mut self) -> &[u8] {
        if !matches!(self.stream.read_buf(&mut self.read).await, Ok(1..)) {
            self.read.clear();
        }
        &self.read
    }

    /// Answers 200 with a body.
    pub(in crate::http::client) async fn answer(&mut self, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        self.send(head + body).await;
    }

    /// Sends bytes as they are, and gives whether the client still took them.
    pub(in crate::http::client) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Waits until the client closes the connection.
    pub(in crate::http::client) async fn closed(&mut self) {
        while !matches!(self.stream.read_buf(&mut self.read).await, Ok(0) | Err(_)) {}
    }

    /// Says that nothing more comes; reading goes on.
    pub(super) async fn half_close(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Closes the connection with RST in place of FIN.
    pub(in crate::http::client) fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(std::time::Duration::ZERO))
            .unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.seen.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Where the first request in `read` ends, when it is all there.
fn whole(read: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(read).unwrap();
    let head = text.find("\r\n\r\n")? + 4;
    let lines = text[..head]
        .lines()
        .filter_map(|line| line.split_once(": "));
    let length = lines.filter(|(name, _)| *name == "content-length");
    let length: usize = length
        .map(|(_, value)| value.parse::<usize>().unwrap())
        .sum();
    (read.len() >= head + length).then_some(head + length)
}
