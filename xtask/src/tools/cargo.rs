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
    install: |folder| install("mdbook", MDBOOK_VERSION, "3", folder),
};

/// Checks licences, sources and doubled versions of the dependencies.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: || CARGO_DENY_VERSION.to_owned(),
    variable: "CARGO_DENY",
    on_path: &[],
    binary: "bin/cargo-deny",
    install: |folder| install("cargo-deny", CARGO_DENY_VERSION, "3", folder),
};

/// Generates a service from `templates/`. It has work for a second, so it is built without
/// optimisation, which halves its build.
pub(crate) const CARGO_GENERATE: Tool = Tool {
    name: "cargo-generate",
    version: || CARGO_GENERATE_VERSION.to_owned(),
    variable: "CARGO_GENERATE",
    on_path: &["cargo-generate"],
    binary: "bin/cargo-generate",
    install: |folder| install("cargo-generate", CARGO_GENERATE_VERSION, "0", folder),
};

const MDBOOK_VERSION: &str = "0.5.4";
const CARGO_DENY_VERSION: &str = "0.20.2";
/// The newest that our compiler builds.
const CARGO_GENERATE_VERSION: &str = "0.23.8";

/// `cargo install` with a build folder of its own, so that flags and profiles of the workspace stay out.
///
/// # Errors
///
/// When cargo can't fetch or build it.
fn install(name: &str, version: &str, optimised: &str, folder: &Path) -> Result {
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
    // By a variable and not by `--debug`: cargo then knows the tool as the one that a plain
    // `cargo install` would build, and doesn't build it again.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", optimised);
    install.env("CARGO_TARGET_DIR", folder.join("target"));
    command::run(&mut install)?;
    std::fs::remove_dir_all(folder.join("target"))?;
    Ok(())
}
