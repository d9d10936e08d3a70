//! The server that a counted caller calls: it answers each request with the same 52 bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::answer_h2;
use crate::Result;

const BODY: &[u8] = b"{\"id\":42,\"sku\":\"A-10\",\"quantity\":3,\"state\":\"placed\"}";

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
content-length: 52\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n\
{\"id\":42,\"sku\":\"A-10\",\"quantity\":3,\"state\":\"placed\"}";

/// Answers on a free port until this process ends.
#[derive(Clone)]
pub(crate) struct Answerer {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    answered: AtomicU32,
    head: Mutex<String>,
}

impl Answerer {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let answerer = Self {
            address: listener.local_addr()?,
            seen: Arc::default(),
        };
        let seen = answerer.seen.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let seen = seen.clone();
                thread::spawn(move || answer(connection, &seen));
            }
        });
        Ok(answerer)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Requests answered so far.
    pub(crate) fn answered(&self) -> u32 {
        self.seen.answered.load(Ordering::Relaxed)
    }

    /// Request line and headers of the first request, in lower case.
    pub(crate) fn head(&self) -> String {
        self.seen
            .head
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Answers each request without a body, until the caller hangs up; what asks for `/slow` waits for ever.
fn answer(mut connection: TcpStream, seen: &Seen) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = connection.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        received.extend_from_slice(&chunk[..read]);
        if received.starts_with(answer_h2::PREFACE) {
            return answer_h2::answer(&mut connection, &received, BODY, || {
                seen.answered.fetch_add(1, Ordering::Relaxed);
            });
        }
        if !received.ends_with(b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8_lossy(&received).to_ascii_lowercase();
        if !head.contains("/slow ") {
            connection.write_all(ANSWER)?;
            if seen.answered.fetch_add(1, Ordering::Relaxed) == 0 {
                *seen.head.lock().unwrap_or_else(PoisonError::into_inner) = head;
            }
        }
        received.clear();
    }
}
