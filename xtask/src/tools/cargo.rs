//! Tools that are crates, each built once with the versions of its own lock file.

use std::path::Path;

use super::Tool;
use crate::{Result, command, workspace};

/// Builds the book in `docs/`.
pub(crate) const MDBOOK: Tool = Tool {
    name: "mdbook",
    version: || MDBOOK_VERSION.to_owned(),
    variable: "MDBOOK",
    on_path: &[],
    binary: "bin/mdbook",
    install: |folder| install("mdbook", MDBOOK_VERSION, folder),
};

/// Checks licences, sources and doubled versions of the dependencies.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: || CARGO_DENY_VERSION.to_owned(),
    variable: "CARGO_DENY",
    on_path: &[],
    binary: "bin/cargo-deny",
    install: |folder| install("cargo-deny", CARGO_DENY_VERSION, folder),
};

const MDBOOK_VERSION: &str = "0.5.4";
const CARGO_DENY_VERSION: &str = "0.20.2";

/// `cargo install` with a build folder of its own, so that flags and profiles of the workspace stay out.
fn install(name: &str, version: &str, folder: &Path) -> Result {
    let mut install = workspace::cargo();
    install
        .args([
            "install",
            "--locked",
            "--quiet",
            name,
            "--version",
            version,
            "--root",
        ])
        .arg(folder);
    install.env("CARGO_TARGET_DIR", folder.join("target"));
    command::run(&mut install)?;
    std::fs::remove_dir_all(folder.join("target"))?;
    Ok(())
}
