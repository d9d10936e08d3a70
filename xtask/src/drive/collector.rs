//! The collector that counted programs export to: it takes OTLP over HTTP and keeps the bodies for a look.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::Result;

/// Bytes that are kept; later ones are answered and dropped.
const KEPT: usize = 1 << 20;

/// Listens until this process ends.
#[derive(Clone)]
pub(crate) struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let collector = Self {
            address: listener.local_addr()?,
            received: Arc::default(),
        };
        let received = collector.received.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let received = received.clone();
                thread::spawn(move || take(connection, &received));
            }
        });
        Ok(collector)
    }

    /// The value of `traces.url` that leads here.
    pub(crate) fn url(&self) -> String {
        format!("otlp+http://{}", self.address)
    }

    /// Whether an export held these bytes, such as a trace id.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.windows(bytes.len()).any(|window| window == bytes)
    }
}

/// Answers each POST with the empty message, which is success.
fn take(connection: TcpStream, received: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut kept = received.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.extend_from_slice(&body);
        }
        drop(kept);
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        reader.get_mut().write_all(answer)?;
    }
}
