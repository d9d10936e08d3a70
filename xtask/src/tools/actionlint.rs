//! actionlint, the judge of GitHub's workflow files; built with Go in seconds.

use std::path::Path;
use std::process::Command;

use super::Tool;
use crate::{Result, command};

const MODULE: &str = "github.com/rhysd/actionlint/cmd/actionlint";
const VERSION: &str = "1.7.12";

/// Reads a workflow as GitHub will: keys, expressions, the inputs of known actions.
pub(crate) const ACTIONLINT: Tool = Tool {
    name: "actionlint",
    version: || VERSION.to_owned(),
    variable: "ACTIONLINT",
    on_path: &["actionlint"],
    binary: "bin/actionlint",
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
