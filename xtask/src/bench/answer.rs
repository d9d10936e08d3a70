//! The server that a counted caller calls: it answers each request with the same 52 bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use crate::Result;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
content-length: 52\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n\
{\"id\":42,\"sku\":\"A-10\",\"quantity\":3,\"state\":\"placed\"}";

/// Starts to answer on a free port, until this process ends.
pub(super) fn start() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(connection));
        }
    });
    Ok(address)
}

/// Answers each request without a body, until the caller hangs up.
fn answer(mut connection: TcpStream) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = connection.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        received.extend_from_slice(&chunk[..read]);
        if received.ends_with(b"\r\n\r\n") {
            connection.write_all(ANSWER)?;
            received.clear();
        }
    }
}
