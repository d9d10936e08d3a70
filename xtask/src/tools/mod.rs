//! Programs that the commands and tests need, each found or installed.
//!
//! A tool is looked for in this order: the path in its variable (`TEST_OTELCOL=/…`), the
//! names in `PATH`, the cache, keyed by name and version. What is nowhere is installed into the
//! cache by its recipe. One file holds the recipe of one system.

mod actionlint;
mod apt;
mod cargo;
mod chromium;
mod hadolint;
mod nginx;
mod otelcol;
mod promtool;
mod python;
mod redis;
mod toxiproxy;
mod valgrind;

pub(crate) use actionlint::ACTIONLINT;
pub(crate) use cargo::{CARGO_DENY, CARGO_GENERATE, MDBOOK};
pub(crate) use chromium::{CHROMEDRIVER, CHROMIUM};
pub(crate) use hadolint::HADOLINT;
pub(crate) use nginx::NGINX;
pub(crate) use otelcol::OTELCOL;
pub(crate) use promtool::PROMTOOL;
pub(crate) use python::{ENVOY, OPENAPI, OPENMETRICS};
pub(crate) use redis::REDIS;
pub(crate) use toxiproxy::TOXIPROXY;
pub(crate) use valgrind::valgrind;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::{Result, command, workspace};

/// The servers and checkers that tests speak to, by variables that `cargo xtask test` sets.
pub(crate) const SERVERS: [&Tool; 10] = [
    &CHROMEDRIVER,
    &CHROMIUM,
    &ENVOY,
    &NGINX,
    &OPENAPI,
    &OPENMETRICS,
    &OTELCOL,
    &PROMTOOL,
    &REDIS,
    &TOXIPROXY,
];

/// A program with the recipe that installs it.
pub(crate) struct Tool {
    /// What `servers get` calls it.
    pub(crate) name: &'static str,
    /// The key in the cache; a recipe that changes what it builds changes this too.
    pub(crate) version: fn() -> String,
    /// The variable that names its path, for the tests and for a person who has an own one.
    pub(crate) variable: &'static str,
    /// The names that are looked for in `PATH`.
    pub(crate) on_path: &'static [&'static str],
    /// Where the program lies below its folder in the cache.
    pub(crate) binary: &'static str,
    /// Installs it into an empty folder.
    pub(crate) install: fn(&Path) -> Result,
}

impl Tool {
    /// Where it is now, if it is anywhere.
    pub(crate) fn find(&self) -> Result<Option<PathBuf>> {
        if let Some(path) = std::env::var_os(self.variable) {
            return Ok(Some(PathBuf::from(path)));
        }
        if let Some(path) = command::on_path(self.on_path) {
            return Ok(Some(path));
        }
        let cached = self.folder()?.join(self.binary);
        Ok(cached.is_file().then_some(cached))
    }

    /// Where it is, after installing it if need be.
    ///
    /// # Errors
    ///
    /// When the recipe fails; the message says how to get the program otherwise.
    pub(crate) fn get(&self) -> Result<PathBuf> {
        if let Some(path) = self.find()? {
            return Ok(path);
        }
        let folder = self.folder()?;
        let _lock = lock(&folder)?;
        // Another process may have installed it while we waited.
        if let Some(path) = self.find()? {
            return Ok(path);
        }
        eprintln!(
            "installing {} {} into the cache",
            self.name,
            (self.version)()
        );
        self.install(&folder).map_err(|error| {
            format!(
                "{} can't be installed: {error}\n  install it yourself and say {}=/path/to/it",
                self.name, self.variable
            )
        })?;
        Ok(folder.join(self.binary))
    }

    /// Installs beside the final folder and moves it there whole, so that a half one is never found.
    fn install(&self, folder: &Path) -> Result {
        let partial = beside(folder, "partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        (self.install)(&partial)?;
        if !partial.join(self.binary).is_file() {
            return Err(format!("the recipe left no {}", self.binary).into());
        }
        fs::rename(&partial, folder)?;
        Ok(())
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(workspace::cache()?.join(format!("{}-{}", self.name, (self.version)())))
    }
}

/// The folder's path with an ending; versions have dots of their own.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", folder.display()))
}

/// Holds the folder's lock until it is dropped.
fn lock(folder: &Path) -> Result<File> {
    fs::create_dir_all(folder.parent().ok_or("the cache has no parent folder")?)?;
    let file = File::create(beside(folder, "lock"))?;
    file.lock()?;
    Ok(file)
}

/// `cargo xtask servers list | get NAME`.
pub(crate) fn servers(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["list"] => list()?,
        ["get", name] => println!("{}", named(name)?.get()?.display()),
        _ => return Err("usage: cargo xtask servers list | get NAME".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// What `servers` knows: those of the tests, and what the template is generated and judged by.
fn known() -> impl Iterator<Item = &'static Tool> {
    let others = [&ACTIONLINT, &CARGO_GENERATE, &HADOLINT];
    SERVERS.into_iter().chain(others)
}

fn list() -> Result {
    for tool in known() {
        let place = tool.find()?.map_or_else(
            || format!("missing: cargo xtask servers get {}", tool.name),
            |path| path.display().to_string(),
        );
        println!(
            "{:10} {:24} {:24} {place}",
            tool.name,
            (tool.version)(),
            tool.variable
        );
    }
    Ok(())
}

fn named(name: &str) -> Result<&'static Tool> {
    known().find(|tool| tool.name == name).ok_or_else(|| {
        let known: Vec<&str> = known().map(|tool| tool.name).collect();
        format!(
            "there is no recipe for {name:?}; there is one for {}",
            known.join(", ")
        )
        .into()
    })
}
