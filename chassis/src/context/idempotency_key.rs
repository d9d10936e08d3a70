//! [`IdempotencyKey`]: the `Idempotency-Key` header, draft 07.

use std::fmt;
use std::sync::Arc;

use super::wire::trim;

/// What makes two requests one: the same key means the same call, sent again. A cheap clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Arc<str>);

impl IdempotencyKey {
    /// How many characters a key may have.
    pub const MAX: usize = 255;

    /// The key `key`: 1 to 255 printable ASCII characters; `None` for all others.
    pub fn new(key: &str) -> Option<Self> {
        let is_valid = !key.is_empty()
            && key.len() <= Self::MAX
            && key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        is_valid.then(|| Self(key.into()))
    }

    /// Reads a header value: a string of RFC 8941, in double quotes, without parameters (the draft
    /// has none). `None` when it is something else.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let quoted = trim(value).strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if !quoted.contains(&b'\\') && !quoted.contains(&b'"') {
            return Self::new(std::str::from_utf8(quoted).ok()?);
        }
        Self::new(&unescape(quoted)?)
    }

    /// The header value, in double quotes.
    pub fn to_header(&self) -> String {
        let mut value = String::with_capacity(self.0.len() + 2);
        value.push('"');
        for character in self.0.chars() {
            if matches!(character, '"' | '\\') {
                value.push('\\');
            }
            value.push(character);
        }
        value.push('"');
        value
    }

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Resolves `\"` and `\\`; `None` when a quote or a backslash stands alone.
fn unescape(quoted: &[u8]) -> Option<String> {
    let mut key = String::with_capacity(quoted.len());
    let mut bytes = quoted.iter().copied();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'"' => return None,
            b'\\' => bytes.next().filter(|next| matches!(next, b'"' | b'\\'))?,
            _ => byte,
        };
        key.push(char::from(byte));
    }
    Some(key)
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
