//! `cargo xtask book`: the book in `docs/`, built into the build folder; `cargo xtask settings`: its
//! tables of settings and the `chassis.toml` of `templates/service`.

use std::process::{Command, ExitCode};

use crate::{Result, command, pages, tools, workspace};

/// `cargo xtask book [--open | --links | serve]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => build()?,
        ["--open"] => mdbook(&["build", "--open"])?,
        ["--links"] => pages::ask_all()?,
        ["serve"] => mdbook(&["serve"])?,
        _ => return Err("usage: cargo xtask book [--open | --links | serve]".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds it once.
pub(crate) fn build() -> Result {
    mdbook(&["build"])
}

/// `cargo xtask settings`: the tests that hold the tables of settings and the template's
/// `chassis.toml` write them.
pub(crate) fn settings(arguments: &[String]) -> Result<ExitCode> {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask settings".into());
    }
    let mut test = workspace::cargo();
    test.args(["test", "--quiet", "--package", "chassis", "--all-features"]);
    test.args(["--test", "it", "--", "book::", "template::"]);
    command::run(test.env("UPDATE_GOLDEN", "1"))?;
    Ok(ExitCode::SUCCESS)
}

fn mdbook(words: &[&str]) -> Result {
    let mut mdbook = Command::new(tools::MDBOOK.get()?);
    mdbook
        .args(words)
        .arg("--dest-dir")
        .arg(workspace::target()?.join("book"));
    command::run(mdbook.arg(workspace::root().join("docs")))
}
