//! [`Kept`]: an answer as it is kept.

use bytes::{Buf, BufMut, Bytes};

/// An answer as it is kept: what makes it byte-identical when it is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The status code.
    pub status: u16,
    /// `content-type`.
    pub content_type: Option<Bytes>,
    /// `location`.
    pub location: Option<Bytes>,
    /// `error.type`, where it was a problem.
    pub error_type: Option<Bytes>,
    /// The body; `None` where it was larger than `idempotency.max_answer`.
    pub body: Option<Bytes>,
}

/// The first byte of what [`Kept::to_bytes`] writes.
const VERSION: u8 = 1;
/// Stands for "none" where a length would.
const NONE: u32 = u32::MAX;

impl Kept {
    /// How many bytes it takes, about.
    pub fn size(&self) -> usize {
        let [one, two, three, four] = self.parts().map(|part| part.map_or(0, Bytes::len));
        one + two + three + four
    }

    /// As bytes, for a store that keeps nothing else.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size() + 19);
        bytes.put_u8(VERSION);
        bytes.put_u16(self.status);
        for part in self.parts() {
            match part {
                Some(part) => {
                    bytes.put_u32(u32::try_from(part.len()).unwrap_or(NONE - 1));
                    bytes.put_slice(part);
                }
                None => bytes.put_u32(NONE),
            }
        }
        bytes
    }

    /// What [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Option<Self> {
        let mut bytes = bytes.into();
        if bytes.try_get_u8().ok()? != VERSION {
            return None;
        }
        let status = bytes.try_get_u16().ok()?;
        let mut part = || {
            let length = match bytes.try_get_u32().ok()? {
                NONE => return Some(None),
                length => length as usize,
            };
            (length <= bytes.len()).then(|| Some(bytes.split_to(length)))
        };
        let kept = Self {
            status,
            content_type: part()?,
            location: part()?,
            error_type: part()?,
            body: part()?,
        };
        bytes.is_empty().then_some(kept)
    }

    fn parts(&self) -> [Option<&Bytes>; 4] {
        let head = [&self.content_type, &self.location, &self.error_type];
        let [content_type, location, error_type] = head.map(Option::as_ref);
        [content_type, location, error_type, self.body.as_ref()]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part() -> impl Strategy<Value = Option<Bytes>> {
        prop::option::of(prop::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            (status, content_type, location, error_type, body)
                in (any::<u16>(), part(), part(), part(), part())
        ) {
            let kept = Kept { status, content_type, location, error_type, body };
            let bytes = kept.to_bytes();
            prop_assert_eq!(Kept::from_bytes(bytes.clone()), Some(kept));
            // Cut anywhere, it is nothing.
            for end in 0..bytes.len() {
                prop_assert_eq!(Kept::from_bytes(bytes[..end].to_vec()), None);
            }
        }

        #[test]
        fn garbage_is_nothing_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Kept::from_bytes(bytes);
        }
    }
}
