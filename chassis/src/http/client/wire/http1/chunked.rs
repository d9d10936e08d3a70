//! [`Chunked`]: where the chunks of a body begin and end (RFC 9112, 7.1).

use bytes::{Buf, BytesMut};
use httparse::{EMPTY_HEADER, Status};

use super::Http1Error;
use super::response::{MAX_HEAD, MAX_HEADERS};

/// A chunk's size and its extensions, which nobody reads.
const MAX_SIZE_LINE: usize = 1 << 10;

/// How far a body of chunks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunked {
    /// A chunk's size comes.
    Size,
    /// So many bytes of it are left.
    Data(u64),
    /// Its line end comes.
    End,
    /// The trailers come. They are passed over.
    Trailers,
}

/// What is to be done with what was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// So many bytes are the body's.
    Data(usize),
    /// More must be read.
    More,
    /// The body is at its end.
    End,
}

impl Chunked {
    /// Takes what is not the body's off `received`.
    pub(super) fn next(&mut self, received: &mut BytesMut) -> Result<Next, Http1Error> {
        loop {
            let is_on = match *self {
                Self::Size => self.size(received)?,
                Self::Data(left) => {
                    let len = received.len();
                    let most = len.min(usize::try_from(left).unwrap_or(usize::MAX));
                    *self = match left - most as u64 {
                        0 => Self::End,
                        left => Self::Data(left),
                    };
                    return Ok(if most > 0 {
                        Next::Data(most)
                    } else {
                        Next::More
                    });
                }
                Self::End => self.end(received)?,
                Self::Trailers if trailers(received)? => return Ok(Next::End),
                Self::Trailers => false,
            };
            if !is_on {
                return Ok(Next::More);
            }
        }
    }

    fn size(&mut self, received: &mut BytesMut) -> Result<bool, Http1Error> {
        match httparse::parse_chunk_size(received) {
            Ok(Status::Complete((line, size))) => {
                received.advance(line);
                *self = if size == 0 {
                    Self::Trailers
                } else {
                    Self::Data(size)
                };
                Ok(true)
            }
            Ok(Status::Partial) if received.len() < MAX_SIZE_LINE => Ok(false),
            Ok(Status::Partial) => Err(Http1Error::Rules("a chunk's size has no end")),
            Err(_) => Err(Http1Error::Rules("a chunk's size is no number")),
        }
    }

    fn end(&mut self, received: &mut BytesMut) -> Result<bool, Http1Error> {
        match received.get(..2) {
            None => Ok(false),
            Some(b"\r\n") => {
                received.advance(2);
                *self = Self::Size;
                Ok(true)
            }
            Some(_) => Err(Http1Error::Rules("a chunk is longer than it says")),
        }
    }
}

/// Whether all trailers have come.
fn trailers(received: &mut BytesMut) -> Result<bool, Http1Error> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    match httparse::parse_headers(received, &mut headers) {
        Ok(Status::Complete((len, _))) => {
            received.advance(len);
            Ok(true)
        }
        Ok(Status::Partial) if received.len() < MAX_HEAD => Ok(false),
        Ok(Status::Partial) => Err(Http1Error::Rules("the trailers are larger than 64 KiB")),
        Err(httparse::Error::TooManyHeaders) => {
            Err(Http1Error::Rules("there are more than 100 trailers"))
        }
        Err(_) => Err(Http1Error::Rules("the trailers are malformed")),
    }
}
