//! toxiproxy, the proxy that spoils connections on demand; built with Go.

use std::path::Path;
use std::process::Command;

use super::Tool;
use crate::{Result, command};

const MODULE: &str = "github.com/Shopify/toxiproxy/v2/cmd/server";
const VERSION: &str = "2.12.0";

/// A proxy that a test starts for itself, and tells over HTTP what to spoil.
pub(crate) const TOXIPROXY: Tool = Tool {
    name: "toxiproxy",
    version: || VERSION.to_owned(),
    variable: "TEST_TOXIPROXY",
    on_path: &["toxiproxy-server"],
    binary: "bin/server",
    install,
};

fn install(folder: &Path) -> Result {
    if command::on_path(&["go"]).is_none() {
        return Err("it is built with Go, and there is no `go` in PATH".into());
    }
    let mut build = Command::new("go");
    build
        .args(["install", "-trimpath", "-ldflags", "-s -w"])
        .arg(format!("{MODULE}@v{VERSION}"));
    // Of this machine and without a C compiler: `go install` puts a foreign one elsewhere.
    build
        .env("GOBIN", folder.join("bin"))
        .env("CGO_ENABLED", "0");
    command::run(&mut build)
}
