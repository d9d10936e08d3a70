//! `admin.…`: where the admin listener is and who may use it.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Secret;

/// Where the admin listener is, and who may use it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdminSettings {
    /// Address to listen on.
    #[schemars(with = "String", extend("format" = "socket-addr"))]
    pub listen: SocketAddr,
    /// Names under which it may be asked (`Host`), beside localhost and its own address.
    pub hosts: Vec<String>,
    /// The token for what changes or shows values; made at start, in the state folder, when unset.
    pub token: Option<Secret<String>>,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9465)),
            hosts: Vec::new(),
            token: None,
        }
    }
}
