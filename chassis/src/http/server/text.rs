//! Short texts without an allocation of their own.

use std::cell::{Cell, RefCell};

use bytes::{Bytes, BytesMut};

/// A copy of a request's path, for spans and the access log. The request's own text must not be
/// kept: it is a slice of the connection's read buffer, and while one lives, the next read of the
/// connection has to allocate a new buffer.
#[derive(Debug)]
pub(super) struct Text(String);

thread_local! {
    /// The memory of the last one, for the next.
    static SPARE: Cell<String> = const { Cell::new(String::new()) };
}

impl Text {
    /// Longer ones are seldom: their memory is given back.
    const KEPT: usize = 1024;

    pub(super) fn new(text: &str) -> Self {
        let mut copy = SPARE.try_with(Cell::take).unwrap_or_default();
        copy.clear();
        copy.push_str(text);
        Self(copy)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if self.0.capacity() <= Self::KEPT {
            let spare = std::mem::take(&mut self.0);
            // Fails only where the thread ends.
            let _ = SPARE.try_with(|kept| kept.set(spare));
        }
    }
}

thread_local! {
    static CHUNK: RefCell<BytesMut> = RefCell::new(BytesMut::new());
}

/// `text` as shared bytes, carved from a chunk of 16 KiB: one allocation for hundreds of values.
pub(super) fn carve(text: &[u8]) -> Bytes {
    carve_all([text])
}

/// The same of several texts, one behind the other.
pub(super) fn carve_all<const N: usize>(texts: [&[u8]; N]) -> Bytes {
    const SIZE: usize = 16 * 1024;
    CHUNK.with_borrow_mut(|chunk| {
        let length = texts.iter().map(|text| text.len()).sum();
        if chunk.capacity() < length {
            *chunk = BytesMut::with_capacity(SIZE.max(length));
        }
        for text in texts {
            chunk.extend_from_slice(text);
        }
        chunk.split().freeze()
    })
}
