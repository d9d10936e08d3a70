//! [`Connection`]: one socket, with one request on it at a time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

/// How long a new connection may take: the kernel of the same machine answers at once, unless the
/// listener's queue is full.
const PATIENCE: Duration = Duration::from_millis(200);

/// The longest head that is looked through for its end.
const LONGEST_HEAD: usize = 16 * 1024;

/// One socket.
pub(crate) struct Connection {
    address: SocketAddr,
    token: Token,
    /// None where it broke, and until the next request.
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr, token: Token) -> Self {
        Self {
            address,
            token,
            stream: None,
            received: Vec::with_capacity(1024),
        }
    }

    /// Connects, unless it is.
    pub(crate) fn open(&mut self, registry: &Registry) -> io::Result<&mut TcpStream> {
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = std::net::TcpStream::connect_timeout(&self.address, PATIENCE)?;
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                let mut stream = TcpStream::from_std(stream);
                registry.register(&mut stream, self.token, Interest::READABLE)?;
                self.received.clear();
                stream
            }
        };
        Ok(self.stream.insert(stream))
    }

    /// Sends the request. It fits into the socket's buffer, which is empty.
    pub(crate) fn send(&mut self, registry: &Registry, request: &[u8]) -> io::Result<()> {
        let sent = self.open(registry)?.write(request);
        match sent {
            Ok(written) if written == request.len() => Ok(()),
            Ok(_) => self.broken(ErrorKind::WriteZero.into()),
            Err(error) => self.broken(error),
        }
    }

    /// Reads what came; the status, once an answer is whole.
    pub(crate) fn read(&mut self) -> io::Result<Option<u16>> {
        let mut chunk = [0; 16 * 1024];
        loop {
            let Some(stream) = &mut self.stream else {
                return Ok(None);
            };
            match stream.read(&mut chunk) {
                Ok(0) => return self.broken(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.received.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.broken(error),
            }
        }
        match whole(&self.received) {
            Ok(None) => Ok(None),
            Ok(Some((status, closes))) => {
                self.received.clear();
                if closes {
                    self.stream = None;
                }
                Ok(Some(status))
            }
            Err(why) => self.broken(io::Error::new(ErrorKind::InvalidData, why)),
        }
    }

    fn broken<T>(&mut self, error: io::Error) -> io::Result<T> {
        self.stream = None;
        self.received.clear();
        Err(error)
    }
}

/// The status of the answer, and whether the connection ends with it; none while it isn't whole.
fn whole(received: &[u8]) -> Result<Option<(u16, bool)>, &'static str> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if received.len() > LONGEST_HEAD {
            Err("a head without an end")
        } else {
            Ok(None)
        };
    };
    let head = std::str::from_utf8(&received[..end]).map_err(|_| "a head that is no text")?;
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status: u16 = status.ok_or("no status line")?;
    let (mut length, mut closes) = (None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.trim().eq_ignore_ascii_case("close");
        }
    }
    let length = match status {
        204 | 304 => 0,
        _ => length.ok_or("an answer without a length")?,
    };
    Ok((received.len() >= end + 4 + length).then_some((status, closes)))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let answer = b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nconnection: close\r\n\r\nno";
        assert_eq!(whole(answer), Ok(Some((503, true))));
        for end in 0..answer.len() {
            assert_eq!(whole(&answer[..end]), Ok(None), "{end}");
        }
        assert_eq!(whole(b"HTTP/1.1 204 None\r\n\r\n"), Ok(Some((204, false))));
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(whole(b"SSH-2.0\r\n\r\n").is_err());
    }
}
