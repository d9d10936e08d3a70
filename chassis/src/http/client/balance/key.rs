//! [`KeySource`]: which calls belong together.

use std::fmt;
use std::str::FromStr;

use http::HeaderName;

use crate::Context;
use crate::contract::Outgoing;

/// What of a call is its key: calls of one key go to one endpoint, as long as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// `header:x-tenant`: a header of the request.
    Header(HeaderName),
    /// `parameter:sku`: a parameter in the path or in the query.
    Parameter(String),
    /// `principal`: on whose behalf the call is made.
    Principal,
}

impl KeySource {
    /// The key of a call; `None` where it has none.
    pub(super) fn of<'a>(&self, outgoing: &'a Outgoing, context: &'a Context) -> Option<&'a [u8]> {
        let key = match self {
            Self::Header(name) => outgoing.headers.get(name)?.as_bytes(),
            Self::Parameter(name) => parameter(outgoing, name)?.as_bytes(),
            Self::Principal => context.principal()?.subject().as_bytes(),
        };
        (!key.is_empty()).then_some(key)
    }
}

/// A parameter of the path by its place in the method's template, else one of the query, as it is
/// written.
fn parameter<'a>(outgoing: &'a Outgoing, name: &str) -> Option<&'a str> {
    let (path, query) = match outgoing.target.split_once('?') {
        Some((path, query)) => (path, query),
        None => (outgoing.target.as_str(), ""),
    };
    let is_it = |part: &str| {
        let inner = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        inner == Some(name)
    };
    let template = outgoing.info().path.split('/');
    let in_path = template.zip(path.split('/')).find(|(part, _)| is_it(part));
    let in_query = || {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name)
    };
    in_path.or_else(in_query).map(|(_, value)| value)
}

impl FromStr for KeySource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "principal" => Ok(Self::Principal),
            Some(("header", name)) => HeaderName::from_str(name)
                .map(Self::Header)
                .map_err(|_| format!("`{name}` is no name of a header")),
            Some(("parameter", name)) if !name.is_empty() => Ok(Self::Parameter(name.to_owned())),
            _ => Err(format!(
                "`{text}` is no key: expected header:NAME, parameter:NAME or principal"
            )),
        }
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Parameter(name) => write!(f, "parameter:{name}"),
            Self::Principal => f.write_str("principal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_said() {
        let error = |text: &str| text.parse::<KeySource>().unwrap_err();
        for text in [
            "",
            "sku",
            "header:",
            "header:a b",
            "parameter:",
            "principal:x",
        ] {
            assert!(!error(text).is_empty(), "{text}");
        }
        assert!(error("sku").contains("expected header:NAME, parameter:NAME or principal"));
        for text in ["header:x-tenant", "parameter:sku", "principal"] {
            assert_eq!(text.parse::<KeySource>().unwrap().to_string(), text);
        }
    }
}
