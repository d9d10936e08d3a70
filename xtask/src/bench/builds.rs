//! What the service of the template takes to build, beside its twin by hand in `xtask/twin`.
//!
//! The twin has the same routes, rules, store, errors, task and tests in the same three crates, on
//! axum, tracing, reqwest and sqlx; what chassis brings beside (metrics, traces, OpenAPI, configuration,
//! discovery, the page, an orderly stop) it has not. Its migrations come by `sqlx::migrate!`, as sqlx's
//! documentation does it; those of the template by `chassis::migrations!`. Both are workspaces of their own outside of the
//! checkout, with the versions of the checkout's lock file, built with debug information of their own
//! crates only. The template's tests take the chassis as a shared library (`chassis/shared`); the twin's
//! are linked as cargo does it, since nobody makes a library of axum and sqlx for a service by hand.
//!
//! The ratios are those of processor seconds, user and system of all processes, which a machine that does
//! something else changes little; seconds by the clock are printed beside them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::measure::Bench;
use crate::{Result, command, generate, workspace};

/// How often a line is touched; the median counts.
const TOUCHES: usize = 5;

/// What a command took.
#[derive(Clone, Copy)]
struct Time {
    clock: f64,
    processor: f64,
}

/// One of the two workspaces that are compared.
struct Side {
    name: &'static str,
    folder: PathBuf,
    target: PathBuf,
}

/// The first build of the generated service, divided by that of its twin.
pub(super) fn first(_: &Bench, _: &'static str) -> Result<f64> {
    let sides = sides()?;
    let times = [clean(&sides[0])?, clean(&sides[1])?];
    says("first debug build", times);
    defaults()?;
    Ok(times[0].processor / times[1].processor)
}

/// `cargo check` after a line of the domain has changed.
pub(super) fn check(_: &Bench, _: &'static str) -> Result<f64> {
    again(&["check", "--workspace"])
}

/// `cargo test` after a line of the domain has changed: what is built, and the tests.
pub(super) fn test(_: &Bench, _: &'static str) -> Result<f64> {
    again(&["test", "--workspace"])
}

fn again(words: &[&str]) -> Result<f64> {
    let sides = sides()?;
    for side in &sides {
        side.cargo(words)?;
    }
    let mut times = [Vec::new(), Vec::new()];
    // In turn, so that what else the machine does meets both.
    for round in 0..TOUCHES {
        for (side, times) in sides.iter().zip(&mut times) {
            side.touch(round)?;
            times.push(side.cargo(words)?);
        }
    }
    let times = times.map(|times| median(&times));
    says(
        &format!("cargo {} after one line of the domain", words[0]),
        times,
    );
    Ok(times[0].processor / times[1].processor)
}

/// The generated service and its twin, each in a fresh folder.
fn sides() -> Result<[Side; 2]> {
    let folder = generate::folder("bench")?;
    let target = workspace::target()?.join("bench-build");
    let service = generate::service(&folder, "billing", None)?;
    let twin = folder.join("twin");
    copy_twin(&twin)?;
    let side = |name, folder| Side {
        name,
        folder,
        target: target.join(name),
    };
    Ok([side("template", service), side("twin", twin)])
}

/// The twin as a workspace of its own: the checkout's manifest with other members.
fn copy_twin(folder: &Path) -> Result {
    let root = workspace::root();
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let (before, rest) = manifest
        .split_once("members = [")
        .ok_or("Cargo.toml names no members")?;
    let (_, after) = rest
        .split_once(']')
        .ok_or("Cargo.toml's members have no end")?;
    fs::create_dir_all(folder)?;
    let members = r#"members = ["contract", "domain", "service"]"#;
    fs::write(
        folder.join("Cargo.toml"),
        format!("{before}{members}{after}"),
    )?;
    for member in ["contract", "domain", "service"] {
        copy(&root.join("xtask/twin").join(member), &folder.join(member))?;
    }
    generate::lock(folder)
}

fn copy(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Builds it from nothing, with everything fetched before.
fn clean(side: &Side) -> Result<Time> {
    if side.target.exists() {
        fs::remove_dir_all(&side.target)?;
    }
    command::run(generate::cargo(&side.folder)?.args(["fetch", "--quiet"]))?;
    let time = side.cargo(&["build", "--workspace"])?;
    fs::remove_dir_all(&side.target)?;
    Ok(time)
}

/// What the crates cost when they are added as they come, TLS and its C library included: printed, since
/// it is what people have in mind.
fn defaults() -> Result {
    let folder = generate::folder("bench-defaults")?;
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    fs::write(folder.join("Cargo.toml"), DEFAULTS)?;
    let target = workspace::target()?.join("bench-build/defaults");
    let time = clean(&Side {
        name: "defaults",
        folder,
        target,
    });
    match time {
        Ok(time) => eprintln!(
            "    cargo add axum tokio --features full, tracing, tracing-subscriber, reqwest: {time}"
        ),
        // It fetches what the checkout doesn't use; a machine without a net may not have it.
        Err(error) => {
            eprintln!("    the crates with their default features: not measured, {error}");
        }
    }
    Ok(())
}

const DEFAULTS: &str = r#"
[package]
name = "defaults"
edition = "2024"

[dependencies]
axum = "0.8"
reqwest = "0.13"
tokio = { version = "1", features = ["full"] }
tracing = "0.1"
tracing-subscriber = "0.3"

[profile.dev.package."*"]
debug = false

[workspace]
"#;

impl Side {
    fn cargo(&self, words: &[&str]) -> Result<Time> {
        let mut cargo = generate::cargo(&self.folder)?;
        // What a person has who sets nothing.
        cargo
            .env_remove("CARGO_PROFILE_DEV_DEBUG")
            .args(words)
            .arg("--quiet")
            .arg("--target-dir")
            .arg(&self.target);
        let (begin, before) = (Instant::now(), children()?);
        let output = cargo.output()?;
        if !output.status.success() {
            return Err(format!("{}: {}", self.name, generate::said(&output)).into());
        }
        Ok(Time {
            clock: begin.elapsed().as_secs_f64(),
            processor: children()? - before,
        })
    }

    /// Changes one line of the domain, to what it has not been before.
    fn touch(&self, round: usize) -> Result {
        let file = self.folder.join("domain/src/items.rs");
        let text = fs::read_to_string(&file)?;
        let kept = text
            .lines()
            .filter(|line| !line.starts_with("const _: usize"));
        let mut file = fs::File::create(file)?;
        for line in kept {
            writeln!(file, "{line}")?;
        }
        writeln!(file, "const _: usize = {round};")?;
        Ok(())
    }
}

/// Processor seconds of all children that have ended, and of theirs: fields 16 and 17 of `/proc/self/stat`,
/// in hundredths.
fn children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in brackets, which may hold spaces.
    let (_, fields) = stat
        .rsplit_once(") ")
        .ok_or("/proc/self/stat has another form")?;
    let ticks: Vec<f64> = fields
        .split(' ')
        .skip(13)
        .take(2)
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn median(times: &[Time]) -> Time {
    let of = |pick: fn(&Time) -> f64| {
        let mut picked: Vec<f64> = times.iter().map(pick).collect();
        picked.sort_by(f64::total_cmp);
        picked[picked.len() / 2]
    };
    Time {
        clock: of(|time| time.clock),
        processor: of(|time| time.processor),
    }
}

/// To stderr: stdout may be for JSON.
fn says(what: &str, [service, twin]: [Time; 2]) {
    eprintln!(
        "    {what}: {service}; by hand {twin}; ratio by the clock {:.2}",
        service.clock / twin.clock
    );
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.2} s ({:.2} s of processors)",
            self.clock, self.processor
        )
    }
}
