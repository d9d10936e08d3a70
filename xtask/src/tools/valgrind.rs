//! valgrind, whose callgrind counts the instructions of `cargo xtask bench`.

use std::path::PathBuf;

use super::apt;
use crate::{Result, command};

/// Where it is; installed where it is missing and we are root, since it can't run unpacked.
///
/// # Errors
///
/// When it is missing and can't be installed; the message is the line to run.
pub(crate) fn valgrind() -> Result<PathBuf> {
    if let Some(path) = command::on_path(&["valgrind"]) {
        return Ok(path);
    }
    apt::install("valgrind")?;
    command::on_path(&["valgrind"])
        .ok_or_else(|| "valgrind's package left no program in PATH".into())
}
