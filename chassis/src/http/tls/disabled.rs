//! A build without TLS.

use std::io;

use super::{Alpn, Fault, TlsSettings};
use crate::context::Stream;

/// Cannot be had.
#[derive(Debug, Clone)]
pub(crate) enum ClientTls {}

impl ClientTls {
    pub(crate) fn open(_: &TlsSettings, _: &[Alpn]) -> Result<Self, Fault> {
        Err(Fault::new(
            "",
            "this build has no TLS; turn on the cargo feature `tls` of chassis",
        ))
    }

    pub(crate) async fn connect(&self, _: &str, _: Stream) -> io::Result<(Stream, Alpn)> {
        match *self {}
    }
}
