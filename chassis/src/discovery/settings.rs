//! `registry.…`: which registry, and how this service shows in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{Address, AddressError};

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
    /// Where this service runs, in the cloud's own words: `eu-central-1a`. Callers in the same zone
    /// prefer it, and it prefers instances there. Unset: no zone.
    pub zone: Option<String>,
    /// Its share of the calls beside other instances of the service: 2 for a machine twice as
    /// large. 0: it gets none.
    pub weight: u32,
}

impl Settings {
    /// The address that others are told; `None` where it is the one that the service listens at.
    pub(crate) fn address(&self) -> Option<Result<Address, AddressError>> {
        Some(self.advertise.as_ref()?.parse())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "memory:".to_owned(),
            advertise: None,
            zone: None,
            weight: 1,
        }
    }
}
