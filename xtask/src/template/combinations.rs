//! Every choice of pillars comes out without a warning.

use std::path::Path;
use std::process::Command;

use super::{files, outcome};
use crate::{Result, command, generate};

/// How many tests a service begins with, at least.
const TESTS: usize = 8;

/// Every choice but the default, which is `store`, and whether its tests run. The pillars other than
/// the store change configuration and files around the code, so the tests run with none and with all.
const OTHERS: [(&str, bool); 7] = [
    ("none", true),
    ("registry", false),
    ("traces", false),
    ("registry,traces", false),
    ("registry,store", false),
    ("store,traces", false),
    ("registry,store,traces", true),
];

/// The default, as the chapter generates it.
pub(super) fn default(folder: &Path) -> Result {
    let service = generate::service(folder, "billing", None)?;
    let begin = std::time::Instant::now();
    lints(&service)?;
    files::check(&service)?;
    println!(
        "    lints of the default: {:.1} s",
        begin.elapsed().as_secs_f64()
    );
    alone(&service)?;
    passes(&service)
}

/// The others, each in the place of the one before, so that cargo builds only what differs.
pub(super) fn others(folder: &Path) -> Result {
    for (pillars, tested) in OTHERS {
        let begin = std::time::Instant::now();
        std::fs::remove_dir_all(folder.join("billing"))?;
        let service = generate::service(folder, "billing", Some(pillars))?;
        let holds = lints(&service)
            .and_then(|()| files::check(&service))
            .and_then(|()| if tested { passes(&service) } else { Ok(()) });
        holds.map_err(|error| format!("pillars={pillars}: {error}"))?;
        println!("    {pillars}: {:.1} s", begin.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Formatted, and no warning, also none of the chassis, which is no member and so isn't linted.
pub(super) fn lints(service: &Path) -> Result {
    command::run(generate::cargo(service)?.args(["fmt", "--all", "--check"]))?;
    let mut clippy = generate::cargo(service)?;
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets"]);
    quiet(clippy.args(["--", "-D", "warnings"]))
}

/// Contract and domain compile without what the service turns on: cargo unites features, so this shows
/// only alone.
fn alone(service: &Path) -> Result {
    let mut check = generate::cargo(service)?;
    check.args([
        "check",
        "--quiet",
        "-p",
        "billing-domain",
        "-p",
        "billing-contract",
    ]);
    quiet(&mut check)
}

/// Runs cargo, which must say nothing. Not by `-D warnings` in RUSTFLAGS, for which all dependencies
/// would be built again.
fn quiet(cargo: &mut Command) -> Result {
    let output = cargo.output()?;
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!("{} said\n{}", command::line(cargo), generate::said(&output)).into())
}

/// All tests pass, and there are enough of them.
fn passes(service: &Path) -> Result {
    let (outcome, said) = outcome::run(service, &["--workspace"])?;
    if !outcome.failed.is_empty() {
        return Err(format!("tests fail:\n{said}").into());
    }
    if outcome.passed.len() < TESTS {
        return Err(format!("{} tests, fewer than {TESTS}", outcome.passed.len()).into());
    }
    println!("    {} tests pass", outcome.passed.len());
    Ok(())
}
