//! The server's side of path, query and header parameters: out of the request, into their types.
//!
//! The types' own serde reads them (as one plain value, by `serde_plain`).

use std::borrow::Cow;

use http::header::HeaderName;
use serde::de::DeserializeOwned;

use super::percent::{self, Part};
use super::{ParamPlace, Refusal, Request};

/// The placeholder at `index`.
///
/// # Errors
///
/// A 400 when it is badly encoded or no value of `T`.
pub fn path<T: DeserializeOwned>(
    request: &Request<'_>,
    index: usize,
    name: &str,
) -> Result<T, Refusal> {
    let raw = request.captures.get(index).unwrap_or_default();
    encoded(raw, ParamPlace::Path, name)
}

/// A query parameter that must be there.
///
/// # Errors
///
/// A 400 when it is missing, repeated, badly encoded or no value of `T`.
pub fn query<T: DeserializeOwned>(request: &Request<'_>, name: &str) -> Result<T, Refusal> {
    query_optional(request, name)?.ok_or_else(|| missing(ParamPlace::Query, name))
}

/// A query parameter that may be missing. One without a value (`?after=`, as forms send it) counts
/// as missing too, unless its type takes the empty text.
///
/// # Errors
///
/// A 400 when it is repeated, badly encoded or no value of `T`.
pub fn query_optional<T: DeserializeOwned>(
    request: &Request<'_>,
    name: &str,
) -> Result<Option<T>, Refusal> {
    let pairs = request.query.split('&');
    let values = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(key, _)| is_key(key, name))
        .map(|(_, value)| value);
    let value = single(values, ParamPlace::Query, name)?;
    match value.map(|raw| (raw, encoded(raw, ParamPlace::Query, name))) {
        Some(("", Err(_))) | None => Ok(None),
        Some((_, value)) => value.map(Some),
    }
}

/// A header that must be there.
///
/// # Errors
///
/// A 400 when it is missing, repeated, not visible ASCII or no value of `T`.
pub fn header<T: DeserializeOwned>(
    request: &Request<'_>,
    name: &'static str,
) -> Result<T, Refusal> {
    header_optional(request, name)?.ok_or_else(|| missing(ParamPlace::Header, name))
}

/// A header that may be missing.
///
/// # Errors
///
/// A 400 when it is repeated, not visible ASCII or no value of `T`.
pub fn header_optional<T: DeserializeOwned>(
    request: &Request<'_>,
    name: &'static str,
) -> Result<Option<T>, Refusal> {
    let place = ParamPlace::Header;
    let values = request.headers.get_all(header_name(name)).iter();
    let Some(value) = single(values, place, name)? else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .map_err(|_| Refusal::parameter(place, name, "it must be visible ASCII"))?;
    plain(text, place, name).map(Some)
}

/// `#[service]` takes header names only as they go over the wire: lower case.
pub(super) fn header_name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

fn is_key(raw: &str, name: &str) -> bool {
    raw == name || percent::decode(raw, Part::Query).is_ok_and(|key| key == name)
}

fn single<V>(
    mut values: impl Iterator<Item = V>,
    place: ParamPlace,
    name: &str,
) -> Result<Option<V>, Refusal> {
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::parameter(
            place,
            name,
            "it must be given only once",
        ));
    }
    Ok(first)
}

fn missing(place: ParamPlace, name: &str) -> Refusal {
    Refusal::parameter(place, name, "it is missing")
}

fn encoded<T: DeserializeOwned>(raw: &str, place: ParamPlace, name: &str) -> Result<T, Refusal> {
    let part = match place {
        ParamPlace::Path => Part::Path,
        _ => Part::Query,
    };
    let text = percent::decode(raw, part).map_err(|e| Refusal::parameter(place, name, e))?;
    plain(&text, place, name)
}

fn plain<T: DeserializeOwned>(text: &str, place: ParamPlace, name: &str) -> Result<T, Refusal> {
    serde_plain::from_str(text).map_err(|error| Refusal::parameter(place, name, expected(&error)))
}

/// What stands in the parameter's place, in words of the interface: its caller may not know Rust.
fn expected(error: &serde_plain::Error) -> Cow<'static, str> {
    let serde_plain::Error::Parse(kind, _) = error else {
        return error.to_string().into();
    };
    let least_and_most = match *kind {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" => (i64::MIN.into(), i64::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" => (0, u64::MAX.into()),
        "f32" | "f64" => return "expected a number".into(),
        "boolean" => return "expected `true` or `false`".into(),
        "char" => return "expected one character".into(),
        _ => return error.to_string().into(),
    };
    let (least, most): (i128, i128) = least_and_most;
    format!("expected a whole number from {least} to {most}").into()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use crate::contract::Captures;

    fn read<T: DeserializeOwned>(query: &str) -> Option<Option<T>> {
        let (captures, headers, body) = (Captures::default(), HeaderMap::new(), Bytes::new());
        let request = Request {
            captures,
            query,
            headers: &headers,
            body,
        };
        query_optional(&request, "after").ok()
    }

    #[test]
    fn an_empty_value_is_missing_unless_it_is_a_value() {
        assert_eq!(read::<u32>("limit=2&after="), Some(None));
        assert_eq!(read::<u32>("after"), Some(None));
        assert_eq!(read::<String>("after="), Some(Some(String::new())));
        assert_eq!(read::<u32>("after=7"), Some(Some(7)));
        assert_eq!(read::<u32>("after=x"), None);
        assert_eq!(read::<u32>("after=1&after=2"), None);
    }

    #[test]
    fn what_is_expected_is_said_without_the_words_of_a_compiler() {
        let said = |error: serde_plain::Error| expected(&error).into_owned();
        let small = serde_plain::from_str::<u8>("500").unwrap_err();
        assert_eq!(said(small), "expected a whole number from 0 to 255");
        let switch = serde_plain::from_str::<bool>("yes").unwrap_err();
        assert_eq!(said(switch), "expected `true` or `false`");
        let share = serde_plain::from_str::<f64>("half").unwrap_err();
        assert_eq!(said(share), "expected a number");
    }
}
