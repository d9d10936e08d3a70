//! Without the feature `decompression`.

use std::io;

use bytes::Bytes;
use http::HeaderMap;

/// There is none.
#[derive(Debug)]
pub(in super::super) enum Decoder {}

/// Asks for nothing.
pub(in super::super) fn ask(_: &mut HeaderMap) -> bool {
    false
}

impl Decoder {
    pub(in super::super) fn of(_: &mut HeaderMap) -> Option<Self> {
        None
    }

    pub(in super::super) fn name(&self) -> &'static str {
        match *self {}
    }

    pub(in super::super) fn decode(&mut self, _: &mut Bytes) -> io::Result<Bytes> {
        match *self {}
    }

    pub(in super::super) fn end(&mut self) -> io::Result<Bytes> {
        match *self {}
    }
}
