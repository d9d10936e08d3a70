//! `[config]`: how a changed configuration is noticed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;

/// How a changed configuration is noticed while the service runs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigSettings {
    /// How often the files of the configuration are looked at, those included that values refer to. A
    /// change is taken once the files have been still for a second. 0s: never; SIGHUP does it at once in
    /// any case.
    pub reload_interval: HumanDuration,
}

impl Default for ConfigSettings {
    fn default() -> Self {
        Self {
            reload_interval: HumanDuration::from_secs(5),
        }
    }
}
