//! What is no Rust among the generated files: the workflow and the Dockerfile, each before its judge.

use std::path::Path;
use std::process::Command;

use crate::{Result, command, generate, tools};

/// Looks at both.
///
/// # Errors
///
/// With all that a judge finds.
pub(super) fn check(service: &Path) -> Result {
    let mut workflow = Command::new(tools::ACTIONLINT.get()?);
    judged(
        workflow.args(["-no-color", ".github/workflows/ci.yml"]),
        service,
    )?;
    let mut image = Command::new(tools::HADOLINT.get()?);
    // It knows the stages of the file only; `chassis` is a context that the build is handed.
    judged(
        image.args(["--no-color", "--ignore", "DL3022", "Dockerfile"]),
        service,
    )
}

fn judged(judge: &mut Command, service: &Path) -> Result {
    let output = judge.current_dir(service).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{} said\n{}", command::line(judge), generate::said(&output)).into())
}
