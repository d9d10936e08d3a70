//! [`place`]: which adapter a URL names.

use crate::config::Url;

/// Where a URL says that answers are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Memory,
    /// The service's own store.
    #[cfg(feature = "sqlite")]
    OwnStore,
    /// A SQLite file of its own, as a URL.
    #[cfg(feature = "sqlite")]
    Sqlite(String),
    /// A Redis server.
    #[cfg(feature = "redis")]
    Redis(Url),
}

impl Place {
    /// Whether another instance sees what this one keeps.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            #[cfg(feature = "redis")]
            Self::Redis(_) => true,
            _ => false,
        }
    }
}

/// The schemes that this build knows.
fn known() -> String {
    let mut known = vec!["memory:"];
    if cfg!(feature = "sqlite") {
        known.extend(["sqlite:", "sqlite:PATH"]);
    }
    if cfg!(feature = "redis") {
        known.push("redis://HOST:PORT/DATABASE");
    }
    known.join(", ")
}

/// Schemes whose feature is off in this build.
const FEATURES: &[(&str, &str)] = &[
    #[cfg(not(feature = "redis"))]
    ("redis", "redis"),
    #[cfg(not(feature = "sqlite"))]
    ("sqlite", "sqlite"),
];

/// The place that `url` names.
///
/// # Errors
///
/// Says what is wrong, and which schemes this build knows.
pub(crate) fn place(url: &Url) -> Result<Place, String> {
    match (url.scheme(), url.rest()) {
        ("memory", "") => Ok(Place::Memory),
        ("memory", _) => Err("`memory:` takes nothing more".to_owned()),
        #[cfg(feature = "sqlite")]
        ("sqlite", "") => Ok(Place::OwnStore),
        #[cfg(feature = "sqlite")]
        ("sqlite", _) => Ok(Place::Sqlite(url.expose().to_owned())),
        #[cfg(feature = "redis")]
        ("redis", _) => Ok(Place::Redis(url.clone())),
        (scheme, _) => {
            let known = known();
            let off = FEATURES.iter().find(|(name, _)| *name == scheme);
            Err(match off {
                Some((_, feature)) => format!(
                    "`{scheme}:` needs cargo feature `{feature}` of chassis; this build knows {known}"
                ),
                None => format!("unknown scheme `{scheme}:`; this build knows {known}"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_answered_with_the_known_ones() {
        let error = |url: &str| place(&url.parse().unwrap()).unwrap_err();
        assert!(
            error("kafka://x").starts_with("unknown scheme `kafka:`; this build knows memory:")
        );
        assert!(error("memory:x").contains("takes nothing more"));
        assert_eq!(place(&Url::bare("memory")), Ok(Place::Memory));
    }
}
