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
///
/// It is handed on by value a few times with each request, so it keeps where the values stand in the
/// path, which is half as large as the values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Captures<'r> {
    path: &'r str,
    /// Where each value begins and ends.
    spans: [(u32, u32); Captures::MAX],
    len: usize,
}

impl<'r> Captures<'r> {
    /// How many placeholders a path may have.
    pub const MAX: usize = 8;

    /// Nothing of `path` yet.
    pub fn of(path: &'r str) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }

    /// Adds the next value, a part of the path; those beyond [`MAX`](Self::MAX) are dropped (`#[service]`
    /// refuses such paths).
    pub fn push(&mut self, value: &str) {
        let begin = value
            .as_ptr()
            .addr()
            .wrapping_sub(self.path.as_ptr().addr());
        debug_assert!(
            value.is_empty() || begin.saturating_add(value.len()) <= self.path.len(),
            "{value} is no part of {}",
            self.path
        );
        if let Some(span) = self.spans.get_mut(self.len) {
            // No head of a request is as long as 4 GiB.
            *span = (begin as u32, begin.wrapping_add(value.len()) as u32);
            self.len += 1;
        }
    }

    /// The value of the placeholder at `index`, raw.
    pub fn get(&self, index: usize) -> Option<&'r str> {
        let (begin, end) = *self.spans[..self.len].get(index)?;
        self.path.get(begin as usize..end as usize)
    }
}
