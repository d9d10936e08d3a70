//! Each feature of `chassis` alone: what compiles only because another one is on shows here.

use crate::{Result, command, workspace};

/// Combinations that people use, beside none and each feature alone.
const TOGETHER: [&str; 1] = ["service,sqlite"];

/// Clippy without a warning for every combination, so that nothing is unused in any of them.
pub(super) fn check() -> Result {
    let alone = features()?;
    let combinations = [""]
        .into_iter()
        .chain(alone.iter().map(String::as_str))
        .chain(TOGETHER);
    for combination in combinations {
        println!("--features {combination:?}");
        let mut clippy = workspace::cargo();
        clippy.args([
            "clippy",
            "--quiet",
            "-p",
            "chassis",
            "--lib",
            "--no-default-features",
        ]);
        clippy.args(["--features", combination, "--", "-D", "warnings"]);
        command::run(&mut clippy)?;
    }
    Ok(())
}

/// The features that `chassis` declares.
fn features() -> Result<Vec<String>> {
    let metadata = workspace::metadata()?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata names no packages")?;
    let chassis = packages.iter().find(|package| package["name"] == "chassis");
    let features = chassis.and_then(|chassis| chassis["features"].as_object());
    let features = features.ok_or("cargo metadata names no features of chassis")?;
    Ok(features
        .keys()
        .filter(|name| *name != "default")
        .cloned()
        .collect())
}
