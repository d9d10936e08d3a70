//! [`Place`]: what an adapter speaks to, and what configured it.

use crate::config::hidden;

/// What an adapter of yours speaks to, and the keys that configured it:
/// [`app.adapt_at`](super::App::adapt_at) takes it, the admin page and the start screen show it.
///
/// ```
/// use chassis::Place;
///
/// // The cards' network, as section `[cards]` of the configuration says.
/// let cards = Place::at("https://cards.example/v2").configured_by("cards");
/// // A rule in the process itself.
/// let sandbox = Place::here().configured_by("sandbox");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub(super) addresses: Vec<String>,
    /// Keys and sections.
    pub(super) keys: Vec<String>,
    /// It is the service's own store.
    #[cfg(feature = "sqlite")]
    pub(super) is_store: bool,
}

impl Place {
    /// At this address: a URL, or `host:port`. User, password and query of a URL are never shown.
    pub fn at(address: impl AsRef<str>) -> Self {
        Self::default().and_at(address)
    }

    /// In the process itself: it speaks to nothing outside.
    pub fn here() -> Self {
        Self::at(HERE)
    }

    /// In the service's own store, the one of `app.sql()`: its address, and section `[store]`.
    #[cfg(feature = "sqlite")]
    pub fn store() -> Self {
        Self {
            is_store: true,
            ..Self::default()
        }
        .configured_by("store")
    }

    /// One more address, where it speaks to several.
    #[must_use]
    pub fn and_at(mut self, address: impl AsRef<str>) -> Self {
        self.addresses.push(hidden(address.as_ref()));
        self
    }

    /// What configured it: a section such as `cards`, or a key such as `cards.url`. Where several
    /// services are composed, `[payments.cards]` counts as `[cards]` of payments.
    #[must_use]
    pub fn configured_by(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Whether the value of `key` made it what it is.
    pub(super) fn is_configured_by(&self, key: &str) -> bool {
        self.keys.iter().any(|own| {
            let rest = key.strip_prefix(own.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// The address of what speaks to nothing outside.
const HERE: &str = "in this process";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let place = Place::at("redis://app:hunter2@cache:6379/0?x=y").and_at("cache-2:6379");
        assert_eq!(
            place.addresses,
            ["redis://***@cache:6379/0?***", "cache-2:6379"]
        );
        assert_eq!(Place::here().addresses, ["in this process"]);
    }

    #[test]
    fn a_key_or_a_whole_section_configures() {
        let place = Place::here()
            .configured_by("cards")
            .configured_by("limit.cents");
        for key in ["cards.url", "cards", "limit.cents"] {
            assert!(place.is_configured_by(key), "{key}");
        }
        for key in ["cardsharp.url", "limit", "limit.centsible"] {
            assert!(!place.is_configured_by(key), "{key}");
        }
    }
}
