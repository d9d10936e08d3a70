//! promtool, Prometheus' own checker of metric pages.

use std::path::Path;

use super::{Tool, apt};
use crate::Result;

/// Checks `/metrics` in the text format, as a Prometheus server would read it.
pub(crate) const PROMTOOL: Tool = Tool {
    name: "promtool",
    version: || "debian".to_owned(),
    variable: "TEST_PROMTOOL",
    on_path: &["promtool"],
    binary: "usr/bin/promtool",
    install,
};

/// Unpacked, not installed: the package would start a Prometheus server.
fn install(folder: &Path) -> Result {
    apt::unpack("prometheus", folder)
}
