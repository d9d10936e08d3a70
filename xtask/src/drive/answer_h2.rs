//! The answerer over HTTP/2, as much of it as a counted caller needs: every stream gets the same
//! answer, whatever it asks; headers are not decoded.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// How a connection of HTTP/2 begins; the settings follow.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:status: 200`, and `content-type` and `content-length` by their places in the static table, not
/// to be remembered.
const HEAD: &[u8] = b"\x88\x0f\x10\x10application/json\x0f\x0d\x0252";

/// One frame.
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// Answers each request with `body` and calls `answered`, until the caller hangs up. `begun` is what
/// was read of the connection already, the preface first.
pub(super) fn answer(
    connection: &mut TcpStream,
    begun: &[u8],
    body: &[u8],
    mut answered: impl FnMut(),
) -> io::Result<()> {
    connection.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    let mut reader = begun[PREFACE.len()..].chain(connection.try_clone()?);
    while let Some(frame) = read(&mut reader)? {
        let reply = match (frame.kind, frame.flags & ACK) {
            (SETTINGS, 0) => self::frame(SETTINGS, ACK, 0, &[]),
            (PING, 0) => self::frame(PING, ACK, 0, &frame.payload),
            (HEADERS, _) => {
                answered();
                let mut both = self::frame(HEADERS, END_HEADERS, frame.stream, HEAD);
                both.extend(self::frame(DATA, END_STREAM, frame.stream, body));
                both
            }
            _ => continue,
        };
        connection.write_all(&reply)?;
    }
    Ok(())
}

fn read(from: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut head = [0; 9];
    match from.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; length as usize];
    from.read_exact(&mut payload)?;
    Ok(Some(Frame {
        kind: head[3],
        flags: head[4],
        stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]),
        payload,
    }))
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}
