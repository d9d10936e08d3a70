//! Writes protobuf: the few kinds of fields that OTLP has.

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

/// How the bytes of a field are to be read.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}

impl Message {
    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, Wire::Length);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn string(&mut self, field: u32, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    pub(super) fn uint(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Varint);
        self.varint(value);
    }

    pub(super) fn int(&mut self, field: u32, value: i64) {
        self.uint(field, value.cast_unsigned());
    }

    pub(super) fn bool(&mut self, field: u32, value: bool) {
        self.uint(field, value.into());
    }

    pub(super) fn double(&mut self, field: u32, value: f64) {
        self.fixed64(field, value.to_bits());
    }

    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Fixed64);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn fixed32(&mut self, field: u32, value: u32) {
        self.tag(field, Wire::Fixed32);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A message within this one. Its length is known only when it is written: one byte is kept
    /// free, which is enough for most; a longer one is moved.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.tag(field, Wire::Length);
        let at = self.0.len();
        self.0.push(0);
        write(self);
        self.put_length(at);
    }

    fn put_length(&mut self, at: usize) {
        let start = at + 1;
        let length = self.0.len() - start;
        let more = (usize::BITS - (length | 1).leading_zeros()).div_ceil(7) as usize - 1;
        if more > 0 {
            let end = self.0.len();
            self.0.resize(end + more, 0);
            self.0.copy_within(start..end, start + more);
        }
        let mut rest = length;
        for byte in &mut self.0[at..=at + more] {
            *byte = low_seven(rest as u64) | 0x80;
            rest >>= 7;
        }
        self.0[at + more] &= 0x7f;
    }

    fn tag(&mut self, field: u32, wire: Wire) {
        self.varint(u64::from(field << 3 | wire as u32));
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(low_seven(value) | 0x80);
            value >>= 7;
        }
        self.0.push(low_seven(value));
    }
}

fn low_seven(value: u64) -> u8 {
    (value & 0x7f) as u8
}

/// Reads the one thing that a collector answers: how many spans it refused.
///
/// `ExportTraceServiceResponse { partial_success: { rejected_spans: int64, .. } }`; what cannot be
/// read means that none was.
pub(super) fn rejected_spans(answer: &[u8]) -> u64 {
    let inner = field(answer, 1).and_then(Found::bytes);
    match inner.and_then(|inner| field(inner, 1)) {
        Some(Found::Number(count)) => count,
        _ => 0,
    }
}

enum Found<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Found<'a> {
    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) => None,
        }
    }
}

/// The first field of this number.
fn field(mut message: &[u8], number: u64) -> Option<Found<'_>> {
    while !message.is_empty() {
        let tag = take_varint(&mut message)?;
        let found = match tag & 7 {
            0 => Found::Number(take_varint(&mut message)?),
            1 => Found::Bytes(message.split_off(..8)?),
            2 => {
                let length = usize::try_from(take_varint(&mut message)?).ok()?;
                Found::Bytes(message.split_off(..length)?)
            }
            5 => Found::Bytes(message.split_off(..4)?),
            _ => return None,
        };
        if tag >> 3 == number {
            return Some(found);
        }
    }
    None
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_any_size_are_written() {
        for size in [0, 1, 124, 127, 128, 16_383, 16_384, 3_000_000] {
            let mut message = Message::default();
            message.message(1, |inner| inner.0.resize(inner.0.len() + size, 7));
            message.uint(2, 9);
            let bytes = message.finish();
            let Some(Found::Bytes(inner)) = field(&bytes, 1) else {
                panic!("{size}");
            };
            assert!(inner.len() == size && inner.iter().all(|byte| *byte == 7));
            assert!(matches!(field(&bytes, 2), Some(Found::Number(9))));
        }
    }

    #[test]
    fn a_partial_success_is_read_and_garbage_is_none() {
        let mut answer = Message::default();
        answer.message(1, |partial| {
            partial.string(2, "too old");
            partial.int(1, 300);
        });
        assert_eq!(rejected_spans(&answer.finish()), 300);
        assert_eq!(rejected_spans(b""), 0);
        assert_eq!(rejected_spans(b"\x0a\xff\xff"), 0);
        assert_eq!(rejected_spans(&[0xff; 40]), 0);
    }
}
