//! Lower-case hexadecimal by table: the only spelling that `traceparent` allows.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The value of each digit; 0xff for everything that is none.
static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[DIGITS[value] as usize] = value as u8;
        value += 1;
    }
    table
}

/// Decodes exactly `N` bytes; `None` when a character is no lower-case hex digit.
pub(in crate::context) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let mut bytes = [0; N];
    // All faults are gathered in one value: one branch at the end, not one a digit.
    let mut fault = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (VALUES[*high as usize], VALUES[*low as usize]);
        fault |= high | low;
        *byte = high << 4 | (low & 0x0f);
    }
    (fault & 0xf0 == 0).then_some(bytes)
}

/// Writes two digits a byte into `out`, which has room for exactly that.
pub(in crate::context) fn encode(bytes: &[u8], out: &mut [u8]) {
    let (pairs, _) = out.as_chunks_mut::<2>();
    for (byte, pair) in bytes.iter().zip(pairs) {
        *pair = [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 0x0f) as usize]];
    }
}
