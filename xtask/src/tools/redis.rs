//! Redis, the server that tests of `redis://` speak to.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Tool, apt};
use crate::Result;

/// A server that a test starts for itself, on a port of its own.
pub(crate) const REDIS: Tool = Tool {
    name: "redis",
    version: || "debian".to_owned(),
    variable: "TEST_REDIS",
    on_path: &["redis-server", "valkey-server"],
    binary: "bin/redis-server",
    install,
};

/// Debian's `redis-tools` holds the server under another name, by which it does other things; the
/// package `redis-server` would start one.
fn install(folder: &Path) -> Result {
    apt::install("redis-tools")?;
    std::fs::create_dir_all(folder.join("bin"))?;
    symlink("/usr/bin/redis-check-rdb", folder.join("bin/redis-server"))?;
    Ok(())
}
