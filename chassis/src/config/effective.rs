//! The effective values as `--config` lists them.

use super::Origin;

/// One effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    key: String,
    value: String,
    origin: Origin,
}

impl Row {
    pub(super) fn new(key: &str, value: String, origin: Origin) -> Self {
        Self {
            key: key.to_owned(),
            value,
            origin,
        }
    }

    /// The whole key, such as `http.listen`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value as it would be written in TOML; secrets are masked.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether nobody set it.
    pub fn is_default(&self) -> bool {
        self.origin == Origin::Default
    }
}
