//! `traces.headers`: what the collector wants to hear beside the spans, such as a key.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use crate::config::Secret;
use crate::{Error, Result};

/// Reads `name=value,name=value`, the values percent-encoded.
///
/// # Errors
///
/// Says which pair is none, by its place: its text may be the secret.
pub(crate) fn read(text: Option<&Secret<String>>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let pairs = text.map_or("", |text| text.expose()).split(',');
    let pairs = pairs.map(str::trim).enumerate();
    for (index, pair) in pairs.filter(|(_, pair)| !pair.is_empty()) {
        let (name, value) = header(pair).ok_or_else(|| refused(index + 1))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn header(pair: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = pair.split_once('=')?;
    let value: Vec<u8> = percent_decode_str(value.trim()).collect();
    let mut value = HeaderValue::from_bytes(&value).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

fn refused(place: usize) -> Error {
    Error::configuration(format!(
        "traces.headers: pair {place} is no header; write name=value,name=value, with commas and \
         other odd characters of a value percent-encoded"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<HeaderMap> {
        read(Some(&Secret::from(text.to_owned())))
    }

    #[test]
    fn pairs_are_read_and_values_decoded() {
        let headers = of("api-key=a%2Cb, x-tenant = blue ,").unwrap();
        assert_eq!(headers["api-key"], "a,b");
        assert_eq!(headers["x-tenant"], "blue");
        assert!(headers["api-key"].is_sensitive());
        assert!(read(None).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_header_is_named_by_its_place() {
        for text in ["a=1,hunter2", "a=1,b c=hunter2", "a=1,b=hunter2%0A"] {
            let said = of(text).unwrap_err();
            assert_eq!(said.exit_code(), 78);
            let said = said.to_string();
            assert!(
                said.contains("pair 2") && !said.contains("hunter2"),
                "{said}"
            );
        }
    }
}
