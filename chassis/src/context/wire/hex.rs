//! Lower-case hexadecimal, the only spelling that `traceparent` allows: eight digits at a time, in
//! the lanes of one word, because every request with a trace is read and written here.

/// A byte repeated in all lanes.
const fn lanes(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Decodes exactly `N` bytes, a multiple of four; `None` when a character is no lower-case hex
/// digit.
pub(in crate::context) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    const { assert!(N.is_multiple_of(4)) };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    // All faults are gathered in one value: one branch at the end, not one a digit.
    let mut fault = 0;
    let (words, _) = text.as_chunks::<8>();
    let (quads, _) = bytes.as_chunks_mut::<4>();
    for (word, quad) in words.iter().zip(quads) {
        *quad = decode_word(*word, &mut fault).to_be_bytes();
    }
    (fault == 0).then_some(bytes)
}

/// Decodes one byte.
pub(in crate::context) fn decode_byte([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// Eight digits as four bytes; a bit of `fault` is set when one is no digit.
fn decode_word(digits: [u8; 8], fault: &mut u64) -> u32 {
    let digits = u64::from_be_bytes(digits);
    // Letters have bit 6 and begin at 1 in their low half, so a letter's value is that plus 9.
    let letters = digits >> 6 & lanes(1);
    let values = (digits & lanes(0x0f)) + letters * 9;
    // What doesn't give the same text again was no digit; nor what is more than 15 (`g` to `o`).
    *fault |= (to_digits(values) ^ digits) | (values & lanes(0xf0));
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    (quads | quads >> 16) as u32
}

/// Lanes of 0 to 15 as digits.
fn to_digits(values: u64) -> u64 {
    let letters = (values + lanes(6)) >> 4 & lanes(1);
    values + lanes(b'0') + letters * u64::from(b'a' - b'0' - 10)
}

/// Writes two digits a byte into `out`, which has room for exactly that; `bytes` is a multiple of
/// four long.
pub(in crate::context) fn encode(bytes: &[u8], out: &mut [u8]) {
    debug_assert!(bytes.len().is_multiple_of(4) && out.len() == 2 * bytes.len());
    let (quads, _) = bytes.as_chunks::<4>();
    let (words, _) = out.as_chunks_mut::<8>();
    for (quad, word) in quads.iter().zip(words) {
        *word = encode_word(*quad);
    }
}

/// The two digits of one byte.
pub(in crate::context) fn encode_byte(byte: u8) -> [u8; 2] {
    let [.., high, low] = encode_word([0, 0, 0, byte]);
    [high, low]
}

/// Four bytes as eight digits: the way of `decode_word` backwards.
fn encode_word(bytes: [u8; 4]) -> [u8; 8] {
    let quads = u64::from(u32::from_be_bytes(bytes));
    let pairs = (quads | quads << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff;
    let values = (bytes | bytes << 4) & lanes(0x0f);
    to_digits(values).to_be_bytes()
}
