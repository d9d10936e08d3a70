//! `tracestate`: a list of at most 32 members, carried on as it came.

use std::sync::Arc;

use super::{class, trim};

/// How many members a list may have.
const MEMBERS: usize = 32;
/// How long a key and a value may be.
const LENGTH: usize = 256;

/// Reads the header's values, combined in their order. `Ok(None)` when there is no member at all.
///
/// # Errors
///
/// When the list must be thrown away: a malformed member, a key twice, more than 32 members.
pub(in crate::context) fn parse(values: &[&[u8]]) -> Result<Option<Arc<str>>, ()> {
    if !check(values)? {
        return Ok(None);
    }
    if let [value] = values {
        return text(value).map(|value| Some(value.into()));
    }
    let filled = values.iter().filter(|value| !trim(value).is_empty());
    let texts: Vec<_> = filled.map(|value| text(value)).collect::<Result<_, _>>()?;
    Ok(Some(texts.join(",").into()))
}

fn text(value: &[u8]) -> Result<&str, ()> {
    std::str::from_utf8(trim(value)).map_err(drop)
}

/// Whether there is a member; an error when one is malformed.
fn check(values: &[&[u8]]) -> Result<bool, ()> {
    let mut keys: [&[u8]; MEMBERS] = [&[]; MEMBERS];
    let mut count = 0;
    for value in values {
        for member in value.split(|byte| *byte == b',') {
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
        && class::STATE_KEY.holds(key)
        && (1..=LENGTH).contains(&value.len())
        && class::STATE_VALUE.holds(value);
    is_valid.then_some(key)
}
