//! `cargo xtask soak`: what only shows when it happens often, or under load.
//!
//! Too long for every run of the tests. Each soak is bounded by `--minutes`, speaks only to
//! loopback, and fails with what it saw and the round in which it saw it.

mod readers;
mod simulation;
mod stop;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::Result;

/// One round by its number; what it says is printed.
type Round = Box<dyn Fn(u32) -> Result<String>>;

/// A soak with its name.
struct Soak {
    name: &'static str,
    about: &'static str,
    /// Builds what is needed and gives the round.
    prepare: fn() -> Result<Round>,
}

const SOAKS: &[Soak] = &[
    Soak {
        name: "stop",
        about: "SIGTERM under load, again and again: every accepted request is answered",
        prepare: stop::prepare,
    },
    Soak {
        name: "readers",
        about: "ten thousand readers of a stream: their memory, their heartbeats, their end",
        prepare: readers::prepare,
    },
    Soak {
        name: "simulation",
        about: "the shop on a network that fails, with new seeds each round",
        prepare: simulation::prepare,
    },
];

/// `cargo xtask soak [NAME] [--minutes M]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (mut names, mut minutes) = (Vec::new(), 5.0);
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument {
            "--list" => {
                SOAKS
                    .iter()
                    .for_each(|soak| println!("{:10} {}", soak.name, soak.about));
                return Ok(ExitCode::SUCCESS);
            }
            "--minutes" => {
                let number = arguments.next().ok_or("--minutes wants a number")?;
                minutes = number.parse()?;
            }
            name if SOAKS.iter().any(|soak| soak.name == name) => names.push(name),
            unknown => {
                return Err(
                    format!("there is no soak {unknown:?}; see cargo xtask soak --list").into(),
                );
            }
        }
    }
    let chosen = SOAKS
        .iter()
        .filter(|soak| names.is_empty() || names.contains(&soak.name));
    for soak in chosen {
        rounds(soak, Duration::from_secs_f64(minutes * 60.0))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Round after round, until the time is over or one fails.
fn rounds(soak: &Soak, time: Duration) -> Result {
    let round = (soak.prepare)()?;
    let start = Instant::now();
    let mut number = 0;
    while start.elapsed() < time {
        number += 1;
        let said = round(number)
            .map_err(|error| format!("{} failed in round {number}: {error}", soak.name))?;
        println!("{} {number}: {said}", soak.name);
    }
    println!("{}: {number} rounds held", soak.name);
    Ok(())
}
