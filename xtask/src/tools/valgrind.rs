//! valgrind, whose callgrind counts the instructions of `cargo xtask bench`.

use std::path::PathBuf;
use std::process::Command;

use crate::{Result, command};

const LINE: &str = "apt-get install --yes valgrind";

/// Where it is; installed where it is missing and we are root, since it can't run unpacked.
///
/// # Errors
///
/// When it is missing and can't be installed; the message is the line to run.
pub(crate) fn valgrind() -> Result<PathBuf> {
    if let Some(path) = command::on_path(&["valgrind"]) {
        return Ok(path);
    }
    let ask = || format!("valgrind is missing; install it: {LINE}");
    if command::output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Err(ask().into());
    }
    let install = format!("{LINE} -qq || {{ apt-get update -qq && {LINE} -qq; }}");
    // What apt says goes to stderr: stdout may be for JSON.
    command::run(
        Command::new("sh")
            .args(["-c", &format!("({install}) >&2")])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    command::on_path(&["valgrind"]).ok_or_else(|| ask().into())
}
