//! [`Baggage`]: W3C Baggage, what an application sends along with a call.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::wire::{class, trim};

/// What a value must not hold as it is: everything but `baggage-octet`, and the escape itself.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%');

/// Names and values that an application sends along with a call, to every service below. A cheap
/// clone; at most 64 members in 8,192 bytes.
///
/// It is kept as it stands in the header: services that only pass it on never decode it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baggage(Option<Arc<str>>);

/// One member of a [`Baggage`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BaggageMember<'b> {
    /// Its name, a token.
    pub key: &'b str,
    /// Its value, decoded; what was no UTF-8 is replaced by U+FFFD.
    pub value: Cow<'b, str>,
    /// Its properties as they came, between semicolons; empty when there are none.
    pub properties: &'b str,
}

/// Why a member can't be added to a [`Baggage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaggageError {
    /// The key is no token.
    #[error("baggage key {0:?} is no token: use letters, digits and !#$%&'*+-.^_`|~")]
    Key(String),
    /// Too much of it.
    #[error(
        "no room for baggage member {0:?}: at most {MEMBERS} members in {BYTES} bytes travel with a call, remove others first",
        MEMBERS = Baggage::MEMBERS,
        BYTES = Baggage::BYTES
    )]
    Full(String),
}

impl Baggage {
    /// How many members it may have.
    pub const MEMBERS: usize = 64;
    /// How long it may be as a header, in bytes.
    pub const BYTES: usize = 8192;

    /// No baggage.
    pub const EMPTY: Self = Self(None);

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The first value of `key`.
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.members()
            .find(|member| member.key == key)
            .map(|member| member.value)
    }

    /// Its members, in their order.
    pub fn members(&self) -> impl Iterator<Item = BaggageMember<'_>> {
        raw_members(self.as_header()).filter_map(|raw| {
            let (pair, properties) = raw.split_once(';').unwrap_or((raw, ""));
            let (key, value) = pair.split_once('=')?;
            Some(BaggageMember {
                key: key.trim_ascii(),
                value: percent_decode_str(value.trim_ascii()).decode_utf8_lossy(),
                properties: properties.trim_ascii(),
            })
        })
    }

    /// With `key` set to `value`, in place of what it had.
    ///
    /// # Errors
    ///
    /// When `key` is no token, or when it is more than may travel.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, BaggageError> {
        if !is_key(key.as_bytes()) {
            return Err(BaggageError::Key(key.to_owned()));
        }
        let mut list = List::without(self, key);
        let member = format!("{key}={}", utf8_percent_encode(value, ESCAPED));
        if !list.push(&member) {
            return Err(BaggageError::Full(key.to_owned()));
        }
        Ok(list.into())
    }

    /// Without `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        List::without(self, key).into()
    }

    /// The header value; empty when there is no baggage.
    pub fn as_header(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Reads the header's values, combined in their order. Malformed members, and those beyond the
    /// limits, are left out; whether there were any is the second result.
    pub(super) fn parse(values: &[&[u8]]) -> (Self, bool) {
        if let [value] = values
            && let Some(whole) = whole(trim(value))
        {
            return (Self(Some(whole.into())), false);
        }
        let mut list = List::default();
        let mut faults = false;
        let members = values.iter().flat_map(|value| split(value));
        for member in members.filter(|member| !member.is_empty()) {
            faults |= !check(member).is_some_and(|member| list.push(member));
        }
        (list.into(), faults)
    }
}

/// The header's one value as text, when nothing in it needs to change: the common case.
fn whole(value: &[u8]) -> Option<&str> {
    let is_short = value.len() <= Baggage::BYTES && split(value).count() <= Baggage::MEMBERS;
    let is_valid = is_short && split(value).all(is_member);
    std::str::from_utf8(value).ok().filter(|_| is_valid)
}

fn split(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(trim)
}

/// `member` as text when it is well formed.
fn check(member: &[u8]) -> Option<&str> {
    std::str::from_utf8(member)
        .ok()
        .filter(|_| is_member(member))
}

fn is_member(member: &[u8]) -> bool {
    let mut parts = member.split(|byte| *byte == b';');
    parts.next().is_some_and(is_pair)
        && parts.all(|property| is_pair(property) || is_key(trim(property)))
}

fn is_pair(pair: &[u8]) -> bool {
    let Some(equals) = pair.iter().position(|byte| *byte == b'=') else {
        return false;
    };
    is_key(trim(&pair[..equals])) && class::BAGGAGE_OCTET.holds(trim(&pair[equals + 1..]))
}

fn is_key(key: &[u8]) -> bool {
    !key.is_empty() && class::TOKEN.holds(key)
}

fn raw_members(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim_ascii)
}

/// A list in the making.
#[derive(Default)]
struct List {
    text: String,
    members: usize,
}

impl List {
    fn without(baggage: &Baggage, key: &str) -> Self {
        let mut list = Self::default();
        let has_key = |raw: &&str| raw.split('=').next().unwrap_or_default().trim_ascii() == key;
        for raw in raw_members(baggage.as_header()).filter(|raw| !has_key(raw)) {
            list.push(raw);
        }
        list
    }

    /// Adds `member`, and gives whether there was room.
    fn push(&mut self, member: &str) -> bool {
        let comma = usize::from(self.members > 0);
        let fits = self.members < Baggage::MEMBERS
            && self.text.len() + comma + member.len() <= Baggage::BYTES;
        if fits && !member.is_empty() {
            self.text.push_str(&","[..comma]);
            self.text.push_str(member);
            self.members += 1;
        }
        fits
    }
}

impl From<List> for Baggage {
    fn from(list: List) -> Self {
        Self((list.members > 0).then(|| list.text.into()))
    }
}

#[cfg(test)]
mod tests;
