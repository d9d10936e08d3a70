//! Short texts without an allocation of their own.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};

/// A copy of a request's path, for spans and the access log. The request's own text must not be
/// kept: it is a slice of the connection's read buffer, and while one lives, the next read of the
/// connection has to allocate a new buffer.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Short(u8, [u8; Text::SHORT]),
    Long(Box<str>),
}

impl Text {
    /// So that the enum fills one cache line.
    const SHORT: usize = 62;

    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; Self::SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(text.len() as u8, bytes)
            }
            None => Self::Long(text.into()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Short(len, bytes) => {
                std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default()
            }
            Self::Long(text) => text,
        }
    }
}

thread_local! {
    static CHUNK: RefCell<BytesMut> = RefCell::new(BytesMut::new());
}

/// `text` as shared bytes, carved from a chunk of 16 KiB: one allocation for hundreds of values.
pub(super) fn carve(text: &[u8]) -> Bytes {
    const SIZE: usize = 16 * 1024;
    CHUNK.with_borrow_mut(|chunk| {
        if chunk.capacity() < text.len() {
            *chunk = BytesMut::with_capacity(SIZE.max(text.len()));
        }
        chunk.extend_from_slice(text);
        chunk.split().freeze()
    })
}
