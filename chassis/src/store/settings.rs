//! `store.…`: where the SQL store is.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;

/// Where the SQL store is, and how many connections are kept to it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:PATH`, or `sqlite::memory:` for one that ends with the process. Unset: a file in
    /// the state folder, `$XDG_STATE_HOME/chassis/SERVICE/SERVICE.sqlite`.
    pub url: Option<String>,
    /// Connections at most: with SQLite, how many read at a time. One writes at a time.
    pub connections: NonZeroU32,
    /// How long a call waits for a connection, and for another process that writes. Beyond it the
    /// call fails with the store's own error.
    pub timeout: HumanDuration,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            url: None,
            connections: NonZeroU32::new(8).unwrap_or(NonZeroU32::MIN),
            timeout: HumanDuration::from_secs(5),
        }
    }
}
