//! `registry.…`: which registry, and how this service shows in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Section `[registry]`: which registry, and how this service shows in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `memory:` (this process), `file:` or `file:PATH` (this machine, not in prod), or
    /// `static:SERVICE=HOST:PORT,…`.
    pub url: String,
    /// `HOST:PORT` under which others reach this service. Unset: where it listens.
    pub advertise: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "memory:".to_owned(),
            advertise: None,
        }
    }
}
