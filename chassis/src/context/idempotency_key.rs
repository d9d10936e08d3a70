//! [`IdempotencyKey`]: the `Idempotency-Key` header, draft 07.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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

    /// The key of the `count`th call that is made on behalf of the call with this key.
    fn nth(&self, count: u32) -> Self {
        let own = format!("{self}~{count}");
        Self::new(&own).unwrap_or_else(|| {
            let hash = fnv(FNV, self.0.as_bytes());
            Self(format!("{hash:032x}~{count}").into())
        })
    }

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Contract, method, and how often it was called.
type Calls = (&'static str, usize, u32);

/// A key that a call came with. The calls that are made on its behalf have keys of their own, so
/// that two calls of one method are two, and the same when the whole is repeated.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) key: IdempotencyKey,
    known: Arc<Known>,
}

/// What is known of the call that the key came with.
#[derive(Debug, Default)]
struct Known {
    /// How often each method of a contract was called, by everything that is done for this call.
    calls: Mutex<Vec<Calls>>,
    /// What it asks for, in short.
    request: OnceLock<u128>,
}

impl Given {
    pub(super) fn new(key: IdempotencyKey) -> Self {
        Self {
            key,
            known: Arc::default(),
        }
    }

    /// What the call asks for; the first word counts.
    pub(super) fn request(&self) -> &OnceLock<u128> {
        &self.known.request
    }

    /// The key of the next call of `method` of `contract`: the first has the key itself.
    pub(super) fn next(&self, contract: &'static str, method: usize) -> IdempotencyKey {
        let calls = self.known.calls.lock();
        let mut calls = calls.unwrap_or_else(PoisonError::into_inner);
        let known = calls
            .iter_mut()
            .find(|(name, index, _)| (*name, *index) == (contract, method));
        match known {
            Some((.., count)) => {
                *count += 1;
                self.key.nth(*count)
            }
            None => {
                calls.push((contract, method, 1));
                self.key.clone()
            }
        }
    }
}

/// FNV-1a of 128 bits, from `hash` on: no secret, and the same everywhere.
pub(crate) fn fnv(hash: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(PRIME)
    })
}

/// What [`fnv`] begins with.
pub(crate) const FNV: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

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
