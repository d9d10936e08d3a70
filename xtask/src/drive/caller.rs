//! The caller of a counted server: plain HTTP/1.1 on one kept connection, one request at a time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

/// Longer than any answer takes under callgrind; a server that hangs is reported, not waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// One kept connection.
pub(crate) struct Caller {
    stream: TcpStream,
    received: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Caller {
    pub(crate) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            received: Vec::new(),
        })
    }

    /// Sends a request that [`request`] wrote and reads its answer to the end.
    ///
    /// # Errors
    ///
    /// When the server hangs up, stays silent, or answers without a length.
    pub(crate) fn call(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request)?;
        self.received.clear();
        let head = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end + 4;
            }
            self.read()?;
        };
        let text = std::str::from_utf8(&self.received[..head])?.to_ascii_lowercase();
        let (status, length) = parse(&text)?;
        while self.received.len() < head + length {
            self.read()?;
        }
        Ok(Answer {
            status,
            head: text,
            body: self.received[head..].to_vec(),
        })
    }

    fn read(&mut self) -> Result {
        let mut chunk = [0; 8192];
        let read = self.stream.read(&mut chunk)?;
        if read == 0 {
            return Err("the server hung up before its answer was whole".into());
        }
        self.received.extend_from_slice(&chunk[..read]);
        Ok(())
    }
}

/// One GET on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    Caller::connect(address)?.call(&request(path, headers))
}

/// A GET as bytes, with these header lines beside `host`.
pub(crate) fn request(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// Status and length of the body, from a head in lower case.
fn parse(head: &str) -> Result<(u16, usize)> {
    let mut lines = head.lines();
    let first = lines.next().ok_or("an empty answer")?;
    let status = first
        .split(' ')
        .nth(1)
        .ok_or_else(|| format!("not a status line: {first:?}"))?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| *name == "content-length");
    let length = match length {
        Some((_, value)) => value.trim().parse()?,
        None => return Err(format!("an answer without a length: {first}").into()),
    };
    Ok((status.parse()?, length))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
