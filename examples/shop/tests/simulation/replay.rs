//! The same seed gives the same run.

use crate::scenarios::{SCENARIOS, replay, scenario};

#[test]
fn the_same_seed_replays_the_same_run_line_by_line() {
    for name in ["crashed_inventory", "lossy_link"] {
        let first = log(name, 11);
        let second = log(name, 11);
        assert!(
            first.lines().count() > 100,
            "{name} logs next to nothing: {first}"
        );
        let differs = first
            .lines()
            .zip(second.lines())
            .find(|(one, two)| one != two);
        assert_eq!(differs, None, "{name} went another way");
        assert_eq!(first.len(), second.len());
        assert_ne!(
            first,
            log(name, 12),
            "{name}: another seed must go another way"
        );
    }
}

fn log(name: &str, seed: u64) -> String {
    (scenario(name).run)(seed).world.log()
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
            if std::panic::catch_unwind(|| scenario.hold(seed)).is_err() {
                failed.push(replay(scenario.name, seed));
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
