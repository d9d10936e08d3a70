//! [`RequestId`]: `x-request-id`, by which people find one call in the logs.

use std::fmt;

use super::TraceId;
use super::wire::class;

/// The id of a request: the caller's own when it is valid, else the trace id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId {
    // Inline, so that neither a caller's id nor the trace id costs an allocation.
    text: [u8; Self::MAX],
    len: u8,
}

impl RequestId {
    /// How many characters an id may have.
    pub const MAX: usize = 64;

    /// A caller's id: 1 to 64 letters, digits and `-_.~:/+=@`, so that it is safe in a log line,
    /// a header and a query; `None` for all others.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let is_valid = (1..=Self::MAX).contains(&value.len()) && class::REQUEST_ID.holds(value);
        is_valid.then(|| Self::copy(value))
    }

    /// The id of a request whose caller sent none.
    pub fn of_trace(trace_id: TraceId) -> Self {
        Self::copy(&trace_id.to_hex())
    }

    /// Its characters.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        // Only ASCII comes in; an empty id would show a fault without a panic.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn copy(value: &[u8]) -> Self {
        let mut text = [0; Self::MAX];
        text[..value.len()].copy_from_slice(value);
        Self {
            text,
            len: value.len() as u8,
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestId").field(&self.as_str()).finish()
    }
}
