//! Percent-encoding (RFC 3986), strict when reading: what a client got wrong is said, not repaired.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters: safe as a path segment and in a query.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What is wrong with an encoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    /// `%` without two hexadecimal digits behind it.
    Escape,
    /// A NUL byte.
    Nul,
    /// Bytes that are no UTF-8.
    Utf8,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Escape => "`%` must be followed by two hexadecimal digits",
            Self::Nul => "it must not hold a NUL byte",
            Self::Utf8 => "it must be UTF-8",
        })
    }
}

/// Where an encoded text stands: in a query, `+` is a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Query,
}

/// Appends `text` to `out`, encoded.
pub(super) fn encode(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// The text that `raw` encodes; borrowed when nothing is encoded.
pub(super) fn decode(raw: &str, part: Part) -> Result<Cow<'_, str>, Malformed> {
    let plus = part == Part::Query;
    if raw
        .bytes()
        .any(|b| b == b'%' || b == 0 || (plus && b == b'+'))
    {
        let bytes = unescape(raw.as_bytes(), plus)?;
        let text = String::from_utf8(bytes).map_err(|_| Malformed::Utf8)?;
        return Ok(Cow::Owned(text));
    }
    Ok(Cow::Borrowed(raw))
}

fn unescape(raw: &[u8], plus: bool) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'%' => escape(rest.next(), rest.next())?,
            b'+' if plus => b' ',
            byte => byte,
        });
        if out.last() == Some(&0) {
            return Err(Malformed::Nul);
        }
    }
    Ok(out)
}

fn escape(high: Option<&u8>, low: Option<&u8>) -> Result<u8, Malformed> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let value = digit(high).zip(digit(low)).map(|(h, l)| h * 16 + l);
    value
        .and_then(|value| u8::try_from(value).ok())
        .ok_or(Malformed::Escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str) -> Result<Cow<'_, str>, Malformed> {
        decode(raw, Part::Path)
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(path("bolt-m8"), Ok(Cow::Borrowed("bolt-m8"))));
    }

    #[test]
    fn a_plus_is_a_space_only_in_a_query() {
        assert_eq!(path("a+b").unwrap(), "a+b");
        assert_eq!(decode("a+b", Part::Query).unwrap(), "a b");
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(path("%"), Err(Malformed::Escape));
        assert_eq!(path("%4"), Err(Malformed::Escape));
        assert_eq!(path("%zz"), Err(Malformed::Escape));
        assert_eq!(path("a%00b"), Err(Malformed::Nul));
        assert_eq!(path("a\0b"), Err(Malformed::Nul));
        assert_eq!(path("%ff"), Err(Malformed::Utf8));
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        for text in ["", "a/b?c#d", "100 %", "Größe + 1", "\u{1F980}", "-._~"] {
            let mut encoded = String::new();
            encode(text, &mut encoded);
            assert!(encoded.is_ascii());
            assert_eq!(path(&encoded).unwrap(), text);
            assert_eq!(decode(&encoded, Part::Query).unwrap(), text);
        }
    }
}
