//! `tracestate`: a list of at most 32 members, carried on as it came.

use std::sync::Arc;

use super::trim;

/// How many members a list may have.
const MEMBERS: usize = 32;
/// How long a key and a value may be.
const LENGTH: usize = 256;

/// Reads the header's values, combined in their order. `Ok(None)` when there is no member at all.
///
/// # Errors
///
/// When the list must be thrown away: a malformed member, a key twice, more than 32 members.
pub(in crate::context) fn parse<'v, I: Iterator<Item = &'v [u8]>>(
    values: impl Fn() -> I,
) -> Result<Option<Arc<str>>, ()> {
    if !check(values())? {
        return Ok(None);
    }
    let mut filled = values().map(trim).filter(|value| !value.is_empty());
    let first = text(filled.next().unwrap_or_default())?;
    let Some(second) = filled.next() else {
        return Ok(Some(first.into()));
    };
    let mut joined = first.to_owned();
    for value in std::iter::once(second).chain(filled) {
        joined.push(',');
        joined.push_str(text(value)?);
    }
    Ok(Some(joined.into()))
}

fn text(value: &[u8]) -> Result<&str, ()> {
    std::str::from_utf8(value).map_err(drop)
}

/// Whether there is a member; an error when one is malformed.
fn check<'v>(values: impl Iterator<Item = &'v [u8]>) -> Result<bool, ()> {
    let mut keys: [&[u8]; MEMBERS] = [&[]; MEMBERS];
    let mut count = 0;
    for member in values.flat_map(|value| value.split(|byte| *byte == b',')) {
        let member = trim(member);
        if member.is_empty() {
            continue;
        }
        let key = key(member).ok_or(())?;
        if keys[..count].contains(&key) {
            return Err(());
        }
        *keys.get_mut(count).ok_or(())? = key;
        count += 1;
    }
    Ok(count > 0)
}

/// The key of a well-formed member.
fn key(member: &[u8]) -> Option<&[u8]> {
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    let first = key.first()?;
    let is_valid = (first.is_ascii_lowercase() || first.is_ascii_digit())
        && key.len() <= LENGTH
        && key.iter().copied().all(is_key)
        && (1..=LENGTH).contains(&value.len())
        && value.iter().copied().all(is_value);
    is_valid.then_some(key)
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte)
}

/// A space may not end a value, but then it was trimmed from the member.
fn is_value(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b',' && byte != b'='
}
