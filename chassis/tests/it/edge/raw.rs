//! A caller that writes bytes and reads bytes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection on which anything may be said.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

/// One answer of HTTP/1.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The kind of the chassis' problem that it is.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status);
        let kind = problem["type"].as_str().unwrap();
        let kind = kind.strip_prefix("urn:problem:chassis:");
        kind.unwrap().to_owned()
    }
}

/// Longer than anything here takes, so that a test that hangs fails.
pub(crate) const LONG: Duration = Duration::from_secs(20);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::of(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) fn of(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// Writes; an error shows with the next read.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// GET on a connection that stays open.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.say(format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n"))
            .await;
        self.hear().await
    }

    /// Reads one answer that has a body of known length or none.
    pub(crate) async fn hear(&mut self) -> Answer {
        self.try_hear(false).await.expect("an answer")
    }

    /// Reads one answer to HEAD.
    pub(crate) async fn hear_head(&mut self) -> Answer {
        self.try_hear(true).await.expect("an answer")
    }

    /// Reads one answer; `None` when the connection ends before one.
    pub(crate) async fn try_hear(&mut self, to_head: bool) -> Option<Answer> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if !self.more().await {
                return None;
            }
        };
        let head = String::from_utf8(self.buffer[..end].to_vec()).unwrap();
        self.buffer.drain(..end + 4);
        let mut answer = Answer {
            status: head[9..12].parse().unwrap(),
            body: String::new(),
            head,
        };
        let length = answer.header("content-length").map(str::parse::<usize>);
        let length = if to_head || answer.status == 100 {
            0
        } else {
            length.map_or(0, Result::unwrap)
        };
        while self.buffer.len() < length {
            assert!(self.more().await, "the answer breaks off: {answer:?}");
        }
        answer.body = String::from_utf8(self.buffer.drain(..length).collect()).unwrap();
        Some(answer)
    }

    /// All that still comes until the peer ends the connection.
    pub(crate) async fn rest(&mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Reads on until `text` has come, and gives what came so far.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        while find(&self.buffer, text.as_bytes()).is_none() {
            assert!(self.more().await, "the answer ends before {text:?}");
        }
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Whether the peer ends the connection without another byte.
    pub(crate) async fn is_ended(&mut self) -> bool {
        self.buffer.is_empty() && !self.more().await
    }

    async fn more(&mut self) -> bool {
        let mut chunk = [0; 4096];
        let read = tokio::time::timeout(LONG, self.stream.read(&mut chunk)).await;
        let read = read
            .expect("the peer neither answers nor ends")
            .unwrap_or(0);
        self.buffer.extend_from_slice(&chunk[..read]);
        read > 0
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Waits until `holds`, which other tasks bring about.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let limit = tokio::time::Instant::now() + LONG;
    while !holds() {
        assert!(tokio::time::Instant::now() < limit, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
