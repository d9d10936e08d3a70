//! The promised compiler: `rust-version` in Cargo.toml is true only if it is the one that CI uses.

use std::fs;
use std::process::Command;

use crate::{Result, command, workspace};

/// What `templates/service` reads of the chassis.
const TEMPLATE: &str = "chassis/template.rhai";

/// Fails where the compiler is older than promised; where it is newer, that is told, and fails in CI,
/// which would otherwise prove nothing for those who have the promised one.
pub(super) fn check() -> Result {
    let metadata = workspace::metadata()?;
    let promised = metadata["packages"][0]["rust_version"]
        .as_str()
        .ok_or("Cargo.toml has no rust-version")?;
    template(promised)?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = command::output(
        Command::new(rustc)
            .arg("--version")
            .current_dir(workspace::root()),
    )?;
    let used = printed
        .split(' ')
        .nth(1)
        .ok_or_else(|| format!("not a version: {printed:?}"))?;
    println!("promised {promised}, used {used}");
    judge(promised, used, std::env::var_os("CI").is_some())
}

/// What a generated service promises is what the chassis promises.
fn template(promised: &str) -> Result {
    let said = fs::read_to_string(workspace::root().join(TEMPLATE))?;
    let line = format!("export const RUST = \"{promised}\";");
    if said.lines().any(|found| found == line) {
        return Ok(());
    }
    Err(format!("{TEMPLATE} must promise the compiler that Cargo.toml promises: {line}").into())
}

fn judge(promised: &str, used: &str, ci: bool) -> Result {
    match (minor(promised), minor(used)) {
        (Some(promised), Some(used)) if promised == used => Ok(()),
        (Some(promised), Some(used)) if promised < used && !ci => Ok(()),
        (Some(_), Some(_)) => Err(format!(
            "CI must use the compiler that Cargo.toml promises: change rust-version ({promised}) or the compiler ({used})"
        )
        .into()),
        _ => Err(format!("{promised:?} or {used:?} is no version").into()),
    }
}

/// Major and minor number of `1.95` or `1.95.0`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_must_use_the_promised_compiler() {
        assert!(judge("1.95", "1.95.2", true).is_ok());
        assert!(judge("1.95", "1.96.0", true).is_err());
        assert!(judge("1.95", "1.96.0", false).is_ok());
        assert!(judge("1.95", "1.94.0", false).is_err());
    }
}
