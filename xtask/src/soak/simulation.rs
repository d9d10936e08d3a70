//! The shop's scenarios on the simulated network, with seeds that nobody has chosen.

use super::Round;
use crate::{Result, command, workspace};

/// Seeds a round.
const SEEDS: u32 = 4;

/// Builds the scenarios.
pub(super) fn prepare() -> Result<Round> {
    command::run(workspace::cargo().args([
        "test",
        "--profile",
        "soak",
        "--package",
        "shop",
        "--test",
        "simulation",
        "--no-run",
    ]))?;
    Ok(Box::new(round))
}

/// Some seeds, none of which an earlier round had. What fails prints the line that replays it.
fn round(number: u32) -> Result<String> {
    // The first is the one that CI has.
    let from = 2 + (number - 1) * SEEDS;
    let seeds = format!("{from}..{}", from + SEEDS);
    let mut test = workspace::cargo();
    test.args([
        "test",
        "--quiet",
        "--profile",
        "soak",
        "--package",
        "shop",
        "--test",
        "simulation",
    ]);
    test.args(["--", "--ignored", "--exact", "replay::soak"]);
    test.env("SIMULATION_SEEDS", &seeds);
    command::run(&mut test)?;
    Ok(format!("every scenario held with the seeds {seeds}"))
}
