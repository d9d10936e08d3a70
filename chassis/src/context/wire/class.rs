//! Which characters may stand where, by one table: a load and an `and` a character, no branch.

/// A set of characters: one bit of the table.
#[derive(Debug, Clone, Copy)]
pub(in crate::context) struct Class(u8);

/// An HTTP token (RFC 9110, 5.6.2).
pub(in crate::context) const TOKEN: Class = Class(1);
/// A key of `tracestate`.
pub(in crate::context) const STATE_KEY: Class = Class(1 << 1);
/// A value of `tracestate`. A space may not end one, but that was trimmed from the member.
pub(in crate::context) const STATE_VALUE: Class = Class(1 << 2);
/// A value of `baggage`.
pub(in crate::context) const BAGGAGE_OCTET: Class = Class(1 << 3);
/// A request id that is safe in a log line, a header and a query.
pub(in crate::context) const REQUEST_ID: Class = Class(1 << 4);

impl Class {
    /// Whether all of `text` belongs to the class; an empty text does.
    pub(in crate::context) fn holds(self, text: &[u8]) -> bool {
        let common = text
            .iter()
            .fold(u8::MAX, |common, byte| common & TABLE[usize::from(*byte)]);
        common & self.0 != 0
    }
}

static TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        table[byte as usize] = classes(byte);
        byte += 1;
    }
    table
};

/// The classes of a printable character.
const fn classes(byte: u8) -> u8 {
    let is_name = byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_letter_or_digit = byte.is_ascii_alphanumeric();
    let mut classes = 0;
    if is_letter_or_digit || contains(b"!#$%&'*+-.^_`|~", byte) {
        classes |= TOKEN.0;
    }
    if is_name || contains(b"_-*/@", byte) {
        classes |= STATE_KEY.0;
    }
    if !contains(b",=", byte) {
        classes |= STATE_VALUE.0;
    }
    if !contains(b" \",;\\", byte) {
        classes |= BAGGAGE_OCTET.0;
    }
    if is_letter_or_digit || contains(b"-_.~:/+=@", byte) {
        classes |= REQUEST_ID.0;
    }
    classes
}

const fn contains(set: &[u8], byte: u8) -> bool {
    let mut index = 0;
    while index < set.len() {
        if set[index] == byte {
            return true;
        }
        index += 1;
    }
    false
}
