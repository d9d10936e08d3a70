//! nginx, a foreign server of HTTP/1.1 and HTTP/2 over OpenSSL.

use std::path::Path;

use super::{Tool, apt};
use crate::Result;

/// A server that a test starts for itself, with certificates of its own.
pub(crate) const NGINX: Tool = Tool {
    name: "nginx",
    version: || "debian".to_owned(),
    variable: "TEST_NGINX",
    on_path: &["nginx"],
    binary: "usr/sbin/nginx",
    install,
};

/// Unpacked, not installed: the package would start a server.
fn install(folder: &Path) -> Result {
    apt::unpack("nginx", folder)
}
