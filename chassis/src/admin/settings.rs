//! `admin.…`: where the admin listener is and who may use it.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Secret;

/// Where the admin listener is, and who may use it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdminSettings {
    /// Address to listen on: this machine alone, since it shows the service's inside. Reach it by
    /// `kubectl port-forward` or SSH.
    #[schemars(with = "String", extend("format" = "socket-addr"))]
    pub listen: SocketAddr,
    /// Names under which it may be asked (`Host`), beside localhost and its own address. Others are
    /// refused, so that a page of a stranger cannot ask through your browser.
    pub hosts: Vec<String>,
    /// The token for what changes or shows values. Unset: made at start, in a file in the state
    /// folder that only its owner reads.
    #[serde(skip_serializing)]
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
