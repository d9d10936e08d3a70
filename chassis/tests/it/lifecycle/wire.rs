//! Requests over bare sockets, so that no client's kindness hides a fault.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::process::PATIENCE;

/// One request on a connection of its own; the whole answer.
pub(crate) fn ask(address: &str, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A GET on a connection of its own: status and body.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    send(address, "GET", path, &[], "")
}

/// A request with headers and a body: status and body.
pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let host = headers.iter().any(|(name, _)| *name == "host");
    let host = if host {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    let more: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    let answer = ask(
        address,
        &format!(
            "{method} {path} HTTP/1.1\r\n{host}{more}content-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        ),
    );
    let answer = answer.unwrap();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap();
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    (status, body.unwrap_or_default())
}
