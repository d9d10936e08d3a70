//! openapi-spec-validator, which judges the document at `/openapi.json`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::Tool;
use crate::{Result, command};

const VERSION: &str = "0.9.0";

/// Finds its package beside itself, so that the folder may be moved.
const LAUNCHER: &str = r#"#!/bin/sh
PYTHONPATH="$(dirname "$0")/lib" exec python3 -m openapi_spec_validator "$@"
"#;

/// Validates OpenAPI 3.1 documents.
pub(crate) const OPENAPI: Tool = Tool {
    name: "openapi-spec-validator",
    version: || VERSION.to_owned(),
    variable: "TEST_OPENAPI_VALIDATOR",
    on_path: &["openapi-spec-validator"],
    binary: "openapi-spec-validator",
    install,
};

fn install(folder: &Path) -> Result {
    if command::on_path(&["python3"]).is_none() {
        return Err("it is a Python package, and there is no `python3` in PATH".into());
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--target"])
        .arg(folder.join("lib"))
        .arg(format!("openapi-spec-validator=={VERSION}"));
    command::run(&mut pip)?;
    let launcher = folder.join("openapi-spec-validator");
    fs::write(&launcher, LAUNCHER)?;
    fs::set_permissions(&launcher, Permissions::from_mode(0o755))?;
    Ok(())
}
