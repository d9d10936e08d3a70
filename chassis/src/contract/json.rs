//! JSON into shared memory: one allocation serves many answers.
//!
//! Each thread writes into a chunk of 16 KiB and carves the finished texts off it; the chunk is
//! used again once all of them are sent.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};
use serde::Serialize;

const CHUNK: usize = 16 * 1024;
/// Below this the rest of a chunk is given up: most answers would outgrow it.
const LEAST: usize = 1024;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// serde_json writes a text in many small pieces, which a plain vector takes at the least cost; the
/// finished text is copied into the chunk at once.
#[derive(Default)]
struct Scratch {
    text: Vec<u8>,
    chunk: BytesMut,
}

/// `value` as JSON.
///
/// # Errors
///
/// What the type's `Serialize` says.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Bytes, serde_json::Error> {
    SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => write(&mut scratch, value),
        // A `Serialize` that itself comes here.
        Err(_) => serde_json::to_vec(value).map(Bytes::from),
    })
}

fn write<T: Serialize + ?Sized>(
    scratch: &mut Scratch,
    value: &T,
) -> Result<Bytes, serde_json::Error> {
    let Scratch { text, chunk } = scratch;
    // What a panicking or failed `Serialize` may have left behind.
    text.clear();
    serde_json::to_writer(&mut *text, value)?;
    if text.len() > CHUNK {
        return Ok(Bytes::from(std::mem::take(text)));
    }
    if chunk.capacity() < LEAST.max(text.len()) {
        chunk.reserve(CHUNK);
    }
    chunk.extend_from_slice(text);
    Ok(chunk.split().freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_share_one_chunk() {
        let first = json(&[1, 2]).unwrap();
        let second = json("x").unwrap();
        assert_eq!(&first[..], b"[1,2]");
        assert_eq!(&second[..], b"\"x\"");
        assert_eq!(first.as_ptr_range().end, second.as_ptr());
    }

    #[test]
    fn a_failed_text_leaves_nothing_behind() {
        struct Half;
        impl Serialize for Half {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeSeq;
                s.serialize_seq(None)?.serialize_element(&1)?;
                Err(serde::ser::Error::custom("no"))
            }
        }
        assert!(json(&Half).is_err());
        assert_eq!(&json(&7).unwrap()[..], b"7");
    }

    #[test]
    fn a_text_may_outgrow_its_chunk() {
        let long = "x".repeat(10 * CHUNK);
        assert_eq!(json(&long).unwrap().len(), long.len() + 2);
        assert_eq!(&json(&7).unwrap()[..], b"7");
    }
}
