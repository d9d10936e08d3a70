//! `registry.…`: which registry, and how this service shows in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which registry other services are found in, and how this one shows in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `memory:` (this process), `file:` or `file:PATH` (this machine, not in prod), or
    /// `static:SERVICE=HOST:PORT,…`. `memory:` needs no set-up and is right for what is composed in
    /// one process; on Kubernetes name each service by its URL or `static:`.
    pub url: String,
    /// `HOST:PORT` under which others reach this service, where a container or NAT stands between.
    /// Unset: where it listens.
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
