//! What is lock-free, under thousands of schedules of threads: the policies' tests compiled with
//! `--cfg shuttle`. Only chassis itself is compiled so; everything below it is what `test` uses.

use std::process::Command;

use serde_json::Value;

use crate::{Result, command, workspace};

/// Runs them.
pub(super) fn check() -> Result {
    let mut build = workspace::cargo();
    build.args(["rustc", "-p", "chassis", "--lib", "--profile", "test"]);
    build.args([
        "--all-features",
        "--message-format",
        "json-render-diagnostics",
    ]);
    build.args(["--", "--cfg", "shuttle"]);
    let built = command::output(&mut build)?;
    let program = built.lines().find_map(executable);
    let program = program.ok_or("cargo rustc built no test of chassis")?;
    command::run(Command::new(program).arg("policy::schedules"))
}

/// The program that a line of cargo's messages tells of.
fn executable(line: &str) -> Option<String> {
    let message: Value = serde_json::from_str(line).ok()?;
    Some(message.get("executable")?.as_str()?.to_owned())
}
