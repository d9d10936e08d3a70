//! Debian's packages: installed where we are root, or only unpacked.

use std::path::Path;
use std::process::Command;

use crate::{Result, command};

/// Installs a package with all that it needs.
///
/// # Errors
///
/// When we aren't root, or the package isn't to be had; the message is the line to run.
pub(crate) fn install(package: &str) -> Result {
    let line = format!("apt-get install --yes --no-install-recommends {package}");
    if command::output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Err(format!("{package} is missing; install it: {line}").into());
    }
    let install = format!("{line} -qq || {{ apt-get update -qq && {line} -qq; }}");
    // What apt says goes to stderr: stdout may be for JSON.
    command::run(
        Command::new("sh")
            .args(["-c", &format!("({install}) >&2")])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// Unpacks a package into a folder. Nothing of it is configured or started, and root isn't needed.
///
/// # Errors
///
/// On a system without apt, or where the package isn't to be had.
pub(crate) fn unpack(package: &str, folder: &Path) -> Result {
    let download = |folder: &Path| {
        command::run(
            Command::new("apt-get")
                .args(["download", "-qq", package])
                .current_dir(folder),
        )
    };
    // A machine whose package lists are missing or old: fetch them, and try once more.
    if download(folder).is_err() {
        command::run(Command::new("apt-get").args(["update", "-qq"]))?;
        download(folder)?;
    }
    for entry in std::fs::read_dir(folder)? {
        let archive = entry?.path();
        if archive
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            command::run(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(folder))?;
            std::fs::remove_file(archive)?;
        }
    }
    Ok(())
}
