//! The head of an answer, and how its body ends (RFC 9112, 4 to 6).

use std::mem::MaybeUninit;

use bytes::{Buf, Bytes, BytesMut};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version, header};
use httparse::{ParserConfig, Status};

use super::chunked::Chunked;
use super::{Http1Error, Reading};
use crate::context::carve;
use crate::contract::{keep_headers, spare_headers};

/// Headers of an answer that are taken: in bytes, and in number.
pub(super) const MAX_HEAD: usize = 64 << 10;
pub(super) const MAX_HEADERS: usize = 100;

/// The head of an answer.
pub(super) struct Head {
    pub(super) parts: Parts,
    pub(super) reading: Reading,
    /// Whether the connection stays open after it.
    pub(super) is_persistent: bool,
}

/// The head that stands at the beginning of `received`, taken off it; `None`: more must be read.
pub(super) fn parse(received: &mut BytesMut, is_head: bool) -> Result<Option<Head>, Http1Error> {
    while !received.is_empty() {
        let Some((len, head)) = one(received, is_head)? else {
            return match received.len() < MAX_HEAD {
                true => Ok(None),
                false => Err(Http1Error::Rules("its headers are larger than 64 KiB")),
            };
        };
        received.advance(len);
        match head.parts.status {
            StatusCode::SWITCHING_PROTOCOLS => {
                return Err(Http1Error::Rules(
                    "it switches to a protocol that nobody asked for",
                ));
            }
            // The answer itself follows.
            status if status.is_informational() => keep_headers(head.parts.headers),
            _ => return Ok(Some(head)),
        }
    }
    Ok(None)
}

fn one(received: &[u8], is_head: bool) -> Result<Option<(usize, Head)>, Http1Error> {
    let mut room = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = ParserConfig::default();
    let status = config.parse_response_with_uninit_headers(&mut parsed, received, &mut room);
    let len = match status {
        Ok(Status::Complete(len)) if len <= MAX_HEAD => len,
        Ok(Status::Complete(_)) => {
            return Err(Http1Error::Rules("its headers are larger than 64 KiB"));
        }
        Ok(Status::Partial) => return Ok(None),
        Err(error) => return Err(malformed(error)),
    };
    let mut framing = Framing::new(parsed.version == Some(1));
    let mut headers = spare_headers();
    // Of its own, so that headers that are kept don't keep what was read with them.
    let text = carve(&received[..len]);
    for one in parsed.headers.iter() {
        let (name, value) = header(&text, received, one)?;
        framing.look(&name, &value)?;
        headers.append(name, value);
    }
    let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or(Http1Error::Rules("its status is no status"))?;
    Ok(Some((len, framing.head(status, headers, is_head))))
}

fn header(
    text: &Bytes,
    received: &[u8],
    parsed: &httparse::Header<'_>,
) -> Result<(HeaderName, HeaderValue), Http1Error> {
    let malformed = || Http1Error::Rules("a header is malformed");
    let name = HeaderName::from_bytes(parsed.name.as_bytes()).map_err(|_| malformed())?;
    // Both have the same bytes at the same place.
    let start = parsed.value.as_ptr() as usize - received.as_ptr() as usize;
    let value = text.slice(start..start + parsed.value.len());
    let value = HeaderValue::from_maybe_shared(value).map_err(|_| malformed())?;
    Ok((name, value))
}

fn malformed(error: httparse::Error) -> Http1Error {
    Http1Error::Rules(match error {
        httparse::Error::TooManyHeaders => "it has more than 100 headers",
        httparse::Error::Version => "it is no HTTP/1.1",
        httparse::Error::Status => "its status is no status",
        _ => "its head is malformed",
    })
}

/// What the headers say of the body and of the connection.
struct Framing {
    version: Version,
    length: Option<u64>,
    /// There is a `transfer-encoding`; whether its last word is `chunked`.
    transfer: Option<bool>,
    is_closed: bool,
    is_kept: bool,
}

impl Framing {
    fn new(is_1_1: bool) -> Self {
        Self {
            version: if is_1_1 {
                Version::HTTP_11
            } else {
                Version::HTTP_10
            },
            length: None,
            transfer: None,
            is_closed: false,
            is_kept: is_1_1,
        }
    }

    fn look(&mut self, name: &HeaderName, value: &HeaderValue) -> Result<(), Http1Error> {
        if name == header::CONTENT_LENGTH {
            self.length(value.as_bytes())?;
        } else if name == header::TRANSFER_ENCODING {
            let last = value.as_bytes().rsplit(|byte| *byte == b',').next();
            self.transfer = Some(last.is_some_and(|last| is(last, b"chunked")));
        } else if name == header::CONNECTION {
            for word in value.as_bytes().split(|byte| *byte == b',') {
                self.is_closed |= is(word, b"close");
                self.is_kept |= is(word, b"keep-alive");
            }
        }
        Ok(())
    }

    /// Said twice, it must say the same.
    fn length(&mut self, value: &[u8]) -> Result<(), Http1Error> {
        for word in value.split(|byte| *byte == b',') {
            let length = number(word.trim_ascii());
            let length = length.ok_or(Http1Error::Rules("its `content-length` is no number"))?;
            if self.length.is_some_and(|before| before != length) {
                return Err(Http1Error::Rules("it has two values of `content-length`"));
            }
            self.length = Some(length);
        }
        Ok(())
    }

    /// RFC 9112, 6.3.
    fn head(self, status: StatusCode, headers: HeaderMap, is_head: bool) -> Head {
        let has_none = is_head
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        // Both at once is how requests are smuggled, and HTTP/1.0 knows no encoding.
        let is_odd =
            self.transfer.is_some() && (self.length.is_some() || self.version == Version::HTTP_10);
        let reading = match (self.transfer, self.length) {
            _ if has_none => Reading::Done,
            (Some(true), _) => Reading::Chunked(Chunked::Size),
            (None, Some(0)) => Reading::Done,
            (None, Some(length)) => Reading::Length(length),
            (Some(false), _) | (None, None) => Reading::Rest,
        };
        let is_rest = matches!(reading, Reading::Rest);
        let (mut parts, ()) = Response::new(()).into_parts();
        parts.status = status;
        parts.version = self.version;
        parts.headers = headers;
        Head {
            parts,
            reading,
            is_persistent: self.is_kept && !self.is_closed && !is_odd && !is_rest,
        }
    }
}

fn is(word: &[u8], expected: &[u8]) -> bool {
    word.trim_ascii().eq_ignore_ascii_case(expected)
}

/// Digits and nothing else: no sign, no more than 64 bits.
fn number(text: &[u8]) -> Option<u64> {
    let is_plain = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text)
        .ok()
        .filter(|_| is_plain)?
        .parse()
        .ok()
}
