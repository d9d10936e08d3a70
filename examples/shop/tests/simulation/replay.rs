//! Another seed goes another way; many seeds, for the soak.

use crate::scenarios::SCENARIOS;
use crate::shop::Settings;

#[test]
fn another_seed_goes_another_way() {
    let scenario = &SCENARIOS[0];
    let log = |seed| scenario.run(seed, Settings::default()).world.log();
    assert_ne!(log(11), log(12));
}

/// `SIMULATION_SEEDS=FROM..TO`: every scenario with each of these seeds, for the soak.
#[test]
#[ignore = "cargo xtask soak simulation runs it"]
fn soak() {
    let seeds = std::env::var("SIMULATION_SEEDS").unwrap_or_else(|_| "1..2".to_owned());
    let (from, to) = seeds.split_once("..").unwrap();
    let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
    let mut failed = Vec::new();
    for seed in from..to {
        for scenario in SCENARIOS {
            if std::panic::catch_unwind(|| drop(scenario.hold(seed))).is_err() {
                failed.push(scenario.replay_line(seed));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}
