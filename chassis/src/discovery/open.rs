//! [`open`]: the registry that a URL names.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FileRegistry, MemoryRegistry, Registry, StaticRegistry};
use crate::context::Env;
use crate::{Error, Result};

/// What a registry needs to know of the process that opens it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Clock, randomness and timer.
    pub env: Env,
    /// Whether the rules of profile `prod` hold: they refuse `file:`.
    pub prod: bool,
    /// Where `file:` lies when the URL does not say: `$XDG_STATE_HOME/chassis/registry`, the same
    /// for all services of a user.
    pub folder: PathBuf,
}

/// What the URL of a registry says.
enum Url {
    Memory,
    File(PathBuf),
    Static(StaticRegistry),
}

/// Schemes that are planned.
const LATER: [&str; 6] = [
    "consul",
    "eureka+http",
    "etcd",
    "zookeeper",
    "kubernetes",
    "dns",
];

/// The schemes that this build knows.
const KNOWN: &str = "this build knows memory:, file:, file:PATH and \
                     static:SERVICE=HOST:PORT,HOST:PORT;SERVICE=HOST:PORT";

/// Opens the registry at `url`: `memory:`, `file:`, `file:PATH` or
/// `static:SERVICE=HOST:PORT,HOST:PORT;SERVICE=HOST:PORT`.
///
/// # Errors
///
/// As [`check`] does; and when the folder of `file:` cannot be used.
pub fn open(url: &str, opened: &Opened) -> Result<Arc<dyn Registry>> {
    Ok(match parse(url, opened)? {
        Url::Memory => Arc::new(MemoryRegistry::new()),
        Url::File(folder) => Arc::new(FileRegistry::open(&folder, opened.env.clone())?),
        Url::Static(registry) => Arc::new(registry),
    })
}

/// Checks `url` without opening anything.
///
/// # Errors
///
/// When the scheme is unknown or not yet possible (the message lists those that this build knows),
/// when what follows it is malformed, and for `file:` when prod's rules hold.
pub fn check(url: &str, opened: &Opened) -> Result {
    parse(url, opened).map(drop)
}

/// The folder that opening the registry at `url` would make where it is missing; `None` for one that
/// keeps nothing on the disk.
pub(crate) fn folder(url: &str, opened: &Opened) -> Option<PathBuf> {
    match parse(url, opened) {
        Ok(Url::File(folder)) => Some(folder),
        _ => None,
    }
}

fn parse(url: &str, opened: &Opened) -> Result<Url> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    match scheme {
        "memory" if rest.is_empty() => Ok(Url::Memory),
        "memory" => Err(wrong(format!(
            "`memory:` takes nothing more, got `{rest}`; write `memory:` alone"
        ))),
        "file" => file(rest, opened).map(Url::File),
        "static" => StaticRegistry::parse(rest).map(Url::Static),
        _ if LATER.contains(&scheme) => Err(wrong(format!(
            "`{scheme}:` is not yet in this version; {KNOWN}"
        ))),
        _ => Err(wrong(format!("unknown scheme `{scheme}:`; {KNOWN}"))),
    }
}

/// The folder of `file:`, `file:PATH` or `file:///PATH`.
fn file(rest: &str, opened: &Opened) -> Result<PathBuf> {
    if opened.prod {
        return Err(wrong(
            "`file:` is for one user on one machine, and prod's rules refuse it; name a registry \
             that all machines reach, write the addresses down (`static:`), or use --profile dev",
        ));
    }
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" => Ok(opened.folder.clone()),
        path if Path::new(path).is_absolute() => Ok(PathBuf::from(path)),
        path => Err(wrong(format!(
            "`{path}` is no absolute path, and services start in different folders; write all of it, such as \
             file:/var/lib/registry"
        ))),
    }
}

fn wrong(what: impl Display) -> Error {
    Error::configuration(format!("registry.url: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str, prod: bool) -> String {
        let opened = Opened {
            env: Env::system(),
            prod,
            folder: PathBuf::new(),
        };
        check(url, &opened).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_scheme_is_answered_with_the_known_ones() {
        assert!(
            error("zookeper://x", true)
                .contains("unknown scheme `zookeper:`; this build knows memory:, file:")
        );
        assert!(error("consul://x:8500", true).contains("`consul:` is not yet in this version"));
        assert!(error("", true).contains("unknown scheme"));
        assert!(error("memory:x", true).contains("takes nothing more"));
        assert!(error("static:orders", true).contains("`orders` is not SERVICE="));
        assert!(error("static:orders=x", true).contains("`x` is no address"));
    }

    #[test]
    fn file_is_refused_in_prod_and_wants_an_absolute_place() {
        assert!(error("file:/tmp/x", true).contains("prod's rules refuse it"));
        assert!(error("file:x", false).contains("no absolute path"));
    }
}
