//! URLs that can be printed without harm.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::ValueError;
use super::names::is_secret;
use super::secret::MASK;

/// What a finding says was expected.
pub(super) const EXPECTED: &str = "a URL such as \"https://host:8443/path\" or \"memory:\"";

/// A URL that names an adapter by its scheme: `memory:`, `file:/var/lib/x`, `consul://host:8500`.
///
/// `Display`, `Debug` and `Serialize` hide user, password and query; [`Url::expose`] has them.
/// Only the scheme is looked at here; each adapter reads its own rest.
///
/// ```
/// use chassis::config::Url;
///
/// let url: Url = "postgres://shop:hunter2@db:5432/shop?sslkey=x".parse()?;
/// assert_eq!(url.to_string(), "postgres://***@db:5432/shop?***");
/// assert_eq!(url.scheme(), "postgres");
/// # Ok::<(), chassis::config::ValueError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Url {
    text: String,
    colon: usize,
}

impl Url {
    /// The URL that is only a scheme: `bare("memory")` is `memory:`.
    pub(crate) fn bare(scheme: &'static str) -> Self {
        Self {
            text: format!("{scheme}:"),
            colon: scheme.len(),
        }
    }

    /// The part before the first colon, such as `otlp+http`.
    pub fn scheme(&self) -> &str {
        &self.text[..self.colon]
    }

    /// What follows the scheme and its colon, with user, password and query.
    pub fn rest(&self) -> &str {
        &self.text[self.colon + 1..]
    }

    /// The whole URL, with user, password and query: for the connection, not for people.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl FromStr for Url {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let error = ValueError { expected: EXPECTED };
        let colon = text
            .find(':')
            .filter(|colon| is_scheme(&text[..*colon]))
            .ok_or(error)?;
        Ok(Self {
            text: text.to_owned(),
            colon,
        })
    }
}

/// RFC 3986, 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// The text of a URL without its user, password, query and fragment.
pub(crate) fn hide(text: &str) -> String {
    let (scheme, rest, end) = match text.find("://") {
        Some(at) => (&text[..at + 3], &text[at + 3..], user_end(&text[at + 3..])),
        // Without an authority there is no user, unless a slash was forgotten.
        None => {
            let at = text.find(':').map_or(0, |at| at + 1);
            (&text[..at], &text[at..], text[at..].rfind('@'))
        }
    };
    let (user, rest) = match end {
        Some(at) => (MASK, &rest[at..]),
        None => ("", rest),
    };
    let (shown, hidden) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let tail = if hidden.is_empty() { "" } else { "?***" };
    format!("{scheme}{user}{shown}{tail}")
}

/// Where the part to hide ends: at the `@` behind the user, if there is one. Passwords are often not
/// encoded as they should be, so one too many is hidden rather than one too few.
fn user_end(rest: &str) -> Option<usize> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if end > 0 && is_host(&rest[..end]) {
        return None;
    }
    let path = &rest[..rest.find('?').unwrap_or(rest.len())];
    let at = path.rfind('@').or_else(|| rest.rfind('@'));
    // No host and no `@`: most likely a user whose `@` was forgotten.
    at.or((end > 0).then_some(end))
}

/// `host`, `host:port`, `[::1]:port`, or several with commas between them.
fn is_host(authority: &str) -> bool {
    authority.split(',').all(|host| {
        let ends = host.strip_prefix('[').and_then(|host| host.split_once(']'));
        let (name, port) = match ends {
            Some((name, port)) => (name, port.strip_prefix(':').unwrap_or(port)),
            None => host.split_once(':').unwrap_or((host, "")),
        };
        !name.contains('@') && port.chars().all(|c| c.is_ascii_digit())
    })
}

/// Like [`hide`], for a text that should have been a URL but may be a mistaken one.
pub(super) fn hide_all(text: &str) -> String {
    let shown = hide(text);
    match shown.rfind('@') {
        Some(at) if !shown.contains("://") => format!("{MASK}{}", &shown[at..]),
        // With neither mark, nothing says which part of it could be shown.
        None if !text.contains("://") && text.contains("//") => MASK.to_owned(),
        _ => shown,
    }
}

/// Whether the text is a URL with a user, or with a secret in its query.
pub(super) fn has_secret(text: &str) -> bool {
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let mut names = query.split('&').filter_map(|pair| pair.split_once('='));
    text.contains(':') && (hide(text).contains("://***@") || names.any(|(name, _)| is_secret(name)))
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hide(&self.text))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&hide(&self.text), f)
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Url {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Url".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri" })
    }
}
