//! Writes JSON: the few kinds of values that log lines have.

use std::fmt;

/// Appends `text` as a JSON string, quotes included.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends `text` as it stands within a JSON string.
pub(super) fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut clean = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if CLEAN[*byte as usize] {
            continue;
        }
        out.extend_from_slice(&bytes[clean..at]);
        clean = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (control >> 4, control & 0xf);
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[DIGITS[high as usize], DIGITS[low as usize]]);
            }
        }
    }
    out.extend_from_slice(&bytes[clean..]);
}

/// Which bytes stand for themselves within a JSON string. Delete would, too, but not every terminal
/// takes it for text.
static CLEAN: [bool; 256] = {
    let mut clean = [true; 256];
    let mut control = 0;
    while control < 0x20 {
        clean[control] = false;
        control += 1;
    }
    clean[b'"' as usize] = false;
    clean[b'\\' as usize] = false;
    clean[0x7f] = false;
    clean
};

/// What is formatted into it stands within a JSON string.
pub(super) struct Escaping<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(self.0, text);
        Ok(())
    }
}

/// Appends a whole number in decimal digits.
pub(super) fn number(out: &mut Vec<u8>, value: u64) {
    // Most numbers of a line are short.
    match value {
        0..10 => out.push(digit(value)),
        10..100 => padded::<2>(out, value),
        100..1_000 => padded::<3>(out, value),
        _ => long(out, value),
    }
}

fn long(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = digit(value % 10);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `value` with exactly `N` digits, zeros in front.
pub(super) fn padded<const N: usize>(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [b'0'; N];
    for place in digits.iter_mut().rev() {
        *place = digit(value % 10);
        value /= 10;
    }
    out.extend_from_slice(&digits);
}

#[expect(clippy::cast_possible_truncation, reason = "one digit")]
fn digit(value: u64) -> u8 {
    b'0' + value as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_survives() {
        let text: String = (0..0x250).filter_map(char::from_u32).collect();
        let mut out = Vec::new();
        string(&mut out, &text);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        assert!(!out.contains(&0x7f) && !out.contains(&b'\n'));
    }

    #[test]
    fn numbers_have_their_digits() {
        let mut out = Vec::new();
        for value in [0, 7, 10, 99, 100, 999, 1_000, u64::MAX] {
            number(&mut out, value);
            out.push(b' ');
        }
        padded::<6>(&mut out, 1_234);
        assert_eq!(out, b"0 7 10 99 100 999 1000 18446744073709551615 001234");
    }
}
