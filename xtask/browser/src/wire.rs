//! WebDriver's commands: one JSON text over HTTP on loopback, one JSON text back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::Result;

/// Longer than any command takes, starting a browser on a busy machine included.
const LIMIT: Duration = Duration::from_secs(120);

/// Sends a command to the driver on `port` and gives the `value` of its answer.
///
/// # Errors
///
/// When the driver can't be reached, or refuses; the message has its own words.
pub(crate) fn command(port: u16, method: &str, path: &str, body: &Value) -> Result<Value> {
    let answer = exchange(port, method, path, body)
        .map_err(|error| format!("chromedriver, {method} {path}: {error}"))?;
    let value = answer.get("value").cloned().unwrap_or_default();
    let Some(kind) = value.get("error").and_then(Value::as_str) else {
        return Ok(value);
    };
    let message = value["message"].as_str().unwrap_or_default();
    // What follows is the driver's stack.
    let message = message.lines().next().unwrap_or_default();
    Err(format!("{kind}: {message} ({method} {path} {body})").into())
}

fn exchange(port: u16, method: &str, path: &str, body: &Value) -> Result<Value> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let body = if method == "POST" {
        body.to_string()
    } else {
        String::new()
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = BufReader::new(stream);
    let mut text = vec![0; length(&mut answer)?];
    answer.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Reads the head of the answer and gives its `content-length`.
fn length(answer: &mut impl BufRead) -> Result<usize> {
    let mut length = None;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            return length.ok_or_else(|| "an answer without content-length".into());
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse()?);
        }
    }
}
