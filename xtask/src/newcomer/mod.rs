//! `cargo xtask newcomer`: the ten-minute chapter of the book, done step by step as a reader would.
//!
//! The chapter is the script: [`chapter`] reads its fenced blocks, and nothing is done that isn't one
//! of them. Commands go to a shell ([`shell`]), services run in a terminal of their own ([`terminal`]),
//! code goes into the files that the text names ([`edit`]), pages are looked at in a browser
//! ([`browser`]), and what the chapter shows is compared with what is to be seen ([`expect`]).
//!
//! What the run brings along is a machine, not a step: an empty home, tools and build folder from the
//! cache, the checkout's `Cargo.lock`, and other ports where the usual ones are taken ([`machine`]).

mod browser;
mod chapter;
mod edit;
mod expect;
mod machine;
mod reader;
mod shell;
mod terminal;
#[cfg(test)]
mod tests;

pub(crate) use chapter::{CHAPTER, changes_a_file};

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use self::machine::Machine;
use self::reader::Reader;
use crate::{Result, workspace};

/// `cargo xtask newcomer [--keep]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => follow(false)?,
        ["--keep"] => follow(true)?,
        _ => return Err("usage: cargo xtask newcomer [--keep]".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Follows the chapter from its first block to its last.
///
/// # Errors
///
/// At the first step that fails or shows something else than the chapter says.
pub(crate) fn check() -> Result {
    follow(false)
}

fn follow(keep: bool) -> Result {
    let text = fs::read_to_string(workspace::root().join(CHAPTER))?;
    let steps = chapter::steps(&text)?;
    let machine = Machine::prepare()?;
    let mut reader = Reader::new(&machine)?;
    for step in &steps {
        reader
            .take(step)
            .map_err(|error| format!("{CHAPTER}:{}: {error}", step.line))?;
    }
    let (whole, builds) = reader.times();
    println!("{}", summary(steps.len(), whole, builds));
    if keep {
        println!("what was made lies in {}", machine.home().display());
    } else {
        fs::remove_dir_all(machine.home())?;
    }
    Ok(())
}

fn summary(steps: usize, whole: Duration, builds: Duration) -> String {
    format!(
        "the chapter holds: {steps} steps, {:.1} s, of which {:.1} s were builds; {:.1} s without them",
        whole.as_secs_f64(),
        builds.as_secs_f64(),
        whole.saturating_sub(builds).as_secs_f64()
    )
}
