//! With the feature `decompression`: gzip (RFC 1952) and deflate (RFC 1950, or 1951 as some servers
//! have it).

use std::io::{self, Write};

use bytes::{Buf, Bytes};
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, RANGE};
use http::{HeaderMap, HeaderValue};

/// So many bytes are decoded at a time. A byte becomes a thousand at most, so that nothing grows beyond
/// a quarter of a MiB before somebody looks.
const BITE: usize = 256;

/// From here on what is decoded is handed out.
const PIECE: usize = 32 * 1024;

/// Asks for compressed answers, unless the request says itself what it takes. A part of a body would
/// be a part of a compressed one. Whether it asked.
pub(in super::super) fn ask(headers: &mut HeaderMap) -> bool {
    let is_free = !headers.contains_key(ACCEPT_ENCODING) && !headers.contains_key(RANGE);
    if is_free {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
    }
    is_free
}

/// Decodes one body.
#[derive(Debug)]
pub(in super::super) struct Decoder {
    kind: Kind,
    /// A body of nothing is nothing: that of an answer to HEAD.
    has_begun: bool,
}

#[derive(Debug)]
enum Kind {
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zlib(Box<ZlibDecoder<Vec<u8>>>),
    Raw(Box<DeflateDecoder<Vec<u8>>>),
}

impl Decoder {
    /// What an answer with these headers needs. Those that speak of the compressed body are taken
    /// away; `None`: it is given as it is.
    pub(in super::super) fn of(headers: &mut HeaderMap) -> Option<Self> {
        let encoding = headers.get(CONTENT_ENCODING)?.to_str().ok()?.trim();
        let kind = match encoding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Kind::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Kind::Zlib(Box::new(ZlibDecoder::new(Vec::new()))),
            _ => return None,
        };
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        Some(Self {
            kind,
            has_begun: false,
        })
    }

    /// The encoding, for people.
    pub(in super::super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Gzip(_) => "gzip",
            Kind::Zlib(_) | Kind::Raw(_) => "deflate",
        }
    }

    /// Takes of `input` and gives what that is, some 32 KiB at a time: what is left of `input` is for
    /// the next time. Where it gives nothing, all was taken.
    ///
    /// # Errors
    ///
    /// When it is not what it says.
    pub(in super::super) fn decode(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        if let (false, Some(first)) = (self.has_begun, input.first()) {
            self.begin(*first);
        }
        while !input.is_empty() && self.kind.decoded().len() < PIECE {
            let bite = &input[..input.len().min(BITE)];
            match self.kind.write(bite)? {
                // After its end: there is nothing more in it.
                0 => input.clear(),
                taken => input.advance(taken),
            }
        }
        Ok(self.take())
    }

    /// The rest, once all of the body was decoded.
    ///
    /// # Errors
    ///
    /// When the body ended too early.
    pub(in super::super) fn end(&mut self) -> io::Result<Bytes> {
        if self.has_begun {
            self.kind.finish()?;
        }
        Ok(self.take())
    }

    /// `deflate` is RFC 1950, but some servers send RFC 1951. The first begins with its method, 8, and a
    /// window of 7 at most; no encoder begins the second so.
    fn begin(&mut self, first: u8) {
        self.has_begun = true;
        let is_zlib = first & 0x0f == 8 && first >> 4 <= 7;
        if matches!(self.kind, Kind::Zlib(_)) && !is_zlib {
            self.kind = Kind::Raw(Box::new(DeflateDecoder::new(Vec::new())));
        }
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(self.kind.decoded()).into()
    }
}

impl Kind {
    fn write(&mut self, bite: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(gzip) => gzip.write(bite),
            Self::Zlib(zlib) => zlib.write(bite),
            Self::Raw(raw) => raw.write(bite),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(gzip) => gzip.try_finish(),
            Self::Zlib(zlib) => zlib.try_finish(),
            Self::Raw(raw) => raw.try_finish(),
        }
    }

    /// What was decoded and not yet taken.
    fn decoded(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(gzip) => gzip.get_mut(),
            Self::Zlib(zlib) => zlib.get_mut(),
            Self::Raw(raw) => raw.get_mut(),
        }
    }
}
