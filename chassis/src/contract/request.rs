//! The server side's view of one request.

use bytes::Bytes;
use http::HeaderMap;

/// One request, borrowed from the transport for as long as it takes to read the parameters.
#[derive(Debug)]
pub struct Request<'r> {
    /// What the path's placeholders matched, raw (percent-encoded).
    pub captures: Captures<'r>,
    /// The raw query, without `?`; empty when there is none.
    pub query: &'r str,
    /// The request's headers.
    pub headers: &'r HeaderMap,
    /// The whole body; empty when the method takes none.
    pub body: Bytes,
}

/// What the placeholders of a path matched, in the order of the path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Captures<'r> {
    values: [&'r str; Captures::MAX],
    len: usize,
}

impl<'r> Captures<'r> {
    /// How many placeholders a path may have.
    pub const MAX: usize = 8;

    /// Adds the next value; those beyond [`MAX`](Self::MAX) are dropped (`#[service]` refuses such
    /// paths).
    pub fn push(&mut self, value: &'r str) {
        if let Some(slot) = self.values.get_mut(self.len) {
            *slot = value;
            self.len += 1;
        }
    }

    /// The value of the placeholder at `index`, raw.
    pub fn get(&self, index: usize) -> Option<&'r str> {
        self.values[..self.len].get(index).copied()
    }
}
