//! The template holds: what it generates is built, tested, and broken on purpose.
//!
//! [`combinations`] builds every choice of pillars, [`breaks`] sees the generated tests fail for the
//! right reason, [`files`] has workflow and Dockerfile judged, [`names`] hands the generator what people
//! type, [`questions`] lets it ask.

mod breaks;
mod combinations;
mod files;
mod names;
mod outcome;
mod questions;

use std::time::Instant;

use crate::{Result, generate};

/// Runs the parts one after the other, each with its time.
///
/// # Errors
///
/// At the first part that doesn't hold.
pub(crate) fn check() -> Result {
    let folder = generate::folder("template")?;
    part("names", || names::check(&folder))?;
    part("the default", || combinations::default(&folder))?;
    part("what breaks is seen", || breaks::check(&folder))?;
    part("every combination", || combinations::others(&folder))?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn part(name: &str, run: impl FnOnce() -> Result) -> Result {
    let begin = Instant::now();
    run().map_err(|error| format!("{name}: {error}"))?;
    println!("    {name}: {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}
