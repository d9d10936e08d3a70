//! Services generated from `templates/service`, in a folder outside of the checkout.
//!
//! All of them are built into one folder, `target/template`, so that their dependencies and the
//! chassis are compiled once. The folders have fixed paths: cargo tells packages apart by their path, and
//! would otherwise keep the builds of every run.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::{Result, tools, workspace};

/// An empty folder for `purpose`, outside of the checkout, and another one for each checkout.
///
/// # Errors
///
/// When it can't be emptied or made.
pub(crate) fn folder(purpose: &str) -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    workspace::root().hash(&mut hasher);
    let name = format!("chassis-{purpose}-{:08x}", hasher.finish() >> 32);
    let folder = std::env::temp_dir().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Where generated services are built.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(workspace::target()?.join("template"))
}

/// Generates a service called `name` into `folder` without a question asked. Whether it
/// succeeded and what it said is for the caller to judge.
///
/// # Errors
///
/// When the generator can't be installed or started.
pub(crate) fn generate(folder: &Path, name: &str, defines: &[&str]) -> Result<Output> {
    let mut command = Command::new(tools::CARGO_GENERATE.get()?);
    clean(&mut command);
    command.arg("generate").arg("--path");
    command.arg(workspace::root().join("templates/service"));
    command.arg(format!("--name={name}"));
    command.args(["--silent", "--vcs", "none"]);
    for define in defines {
        command.args(["-d", define]);
    }
    command.current_dir(folder).stdin(Stdio::null());
    Ok(command.output()?)
}

/// Generates one that must come out, with the versions of the checkout's lock file, and gives its folder.
///
/// # Errors
///
/// When it doesn't; the message is what the generator said.
pub(crate) fn service(folder: &Path, name: &str, pillars: Option<&str>) -> Result<PathBuf> {
    let chassis = format!(
        "chassis_path={}",
        workspace::root().join("chassis").display()
    );
    let pillars = pillars.map(|pillars| format!("pillars={pillars}"));
    let defines: Vec<&str> = [Some(&chassis), pillars.as_ref()]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let output = generate(folder, name, &defines)?;
    let made = folder.join(name);
    if !output.status.success() || !made.is_dir() {
        return Err(format!("{name} wasn't generated:\n{}", said(&output)).into());
    }
    lock(&made)?;
    Ok(made)
}

/// All that a program said.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Gives a generated workspace the versions that the checkout is tested with, where it has none: a
/// version that came out since must not decide whether the checkout's tests hold.
pub(crate) fn lock(workspace: &Path) -> Result {
    let lock = workspace.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(workspace::root().join("Cargo.lock"), lock)?;
    }
    Ok(())
}

/// Cargo in a generated workspace.
///
/// # Errors
///
/// When the build folder isn't known.
pub(crate) fn cargo(workspace: &Path) -> Result<Command> {
    let mut cargo = workspace::cargo();
    clean(&mut cargo);
    cargo
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target()?);
    Ok(cargo)
}

/// Takes away what cargo tells its own programs, and what would configure a service. Gives a user's
/// name, which the generator asks for and a container doesn't have.
pub(crate) fn clean(command: &mut Command) {
    const OURS: [&str; 7] = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
        "CHASSIS_",
        "OTEL_",
    ];
    command.env_remove("RUST_BACKTRACE");
    if std::env::var_os("USER").is_none() {
        command.env("USER", "newcomer");
    }
    for (name, _) in std::env::vars_os() {
        let known = name.to_string_lossy();
        if OURS.iter().any(|prefix| known.starts_with(prefix))
            || known == "RUST_LOG"
            || known == "CARGO"
        {
            command.env_remove(&name);
        }
    }
}
