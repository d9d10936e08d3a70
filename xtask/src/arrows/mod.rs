//! The arrows between the folders of `chassis/src`: dependencies point one way.
//!
//! A folder may use what lies in a lower layer of [`LAYERS`], and beside it only what [`BESIDE`]
//! lists with its reason. It takes what it uses from the other folder's index (`crate::health::Check`),
//! never from one of its files (`crate::discovery::consul::Agent`): a file is an adapter or a detail,
//! unless the index shows it as a `pub mod`.
//! Code under test is free.

mod paths;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use self::paths::Used;
use crate::{Result, workspace};

/// The top-level modules of `chassis/src`, lowest layer first.
const LAYERS: &[&[&str]] = &[
    // The words in which calls fail, and what travels with a call.
    &["call", "context", "error", "policy", "problem", "spawn"],
    // What the macros expand to.
    &["contract", "port"],
    // Ports with their adapters; each of them has settings.
    &["config"],
    &["discovery", "health", "security", "store", "telemetry"],
    // Uses the store that the service has already.
    &["idempotency"],
    // Transports and features.
    &[
        "admin", "client", "events", "gateway", "grpc", "http", "saga",
    ],
    &["app"],
    &["testing"],
];

/// Arrows within a layer: who uses whom, and why that isn't a knot.
const BESIDE: &[(&str, &str, &str)] = &[
    (
        "call",
        "problem",
        "a failed call may carry the problem that was answered",
    ),
    (
        "admin",
        "http",
        "a request that a person tries goes through the service's own edge",
    ),
    (
        "policy",
        "context",
        "a policy takes time and chance from `Env`",
    ),
    (
        "problem",
        "context",
        "the advice not to retry is a header of the context's list",
    ),
    (
        "spawn",
        "context",
        "a spawned task takes its parent's context along",
    ),
    (
        "contract",
        "port",
        "a contract's client is a port that is crossed",
    ),
];

/// The index of the crate, and what macros reach: they name everything.
const INDEXES: [&str; 2] = ["lib", "__private"];

/// Checks the real tree.
///
/// # Errors
///
/// With one line for each arrow that points the wrong way.
pub(crate) fn check() -> Result {
    let source = workspace::root().join("chassis/src");
    let breaches = breaches(&source)?;
    if breaches.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} arrows point the wrong way:\n  {}",
        breaches.len(),
        breaches.join("\n  ")
    )
    .into())
}

/// Every breach below a source folder.
fn breaches(source: &Path) -> Result<Vec<String>> {
    let root = paths::exports(&fs::read_to_string(source.join("lib.rs"))?);
    let mut found = Vec::new();
    for file in files(source)? {
        let relative = file.strip_prefix(source)?.to_path_buf();
        let module = module(&relative);
        let Some(folder) = module.first().cloned() else {
            continue;
        };
        if INDEXES.contains(&folder.as_str()) || module.iter().any(|part| part == "tests") {
            continue;
        }
        if layer(&folder).is_none() {
            found.push(format!(
                "{}: give {folder} its place in LAYERS of xtask/src/arrows",
                relative.display()
            ));
            continue;
        }
        for used in paths::used(&fs::read_to_string(&file)?, &module) {
            if let Some(breach) = judge(source, &folder, &used, &root) {
                found.push(format!("{}:{}: {breach}", relative.display(), used.line));
            }
        }
    }
    Ok(found)
}

/// What is wrong with one used path, if anything.
fn judge(
    source: &Path,
    folder: &str,
    used: &Used,
    root: &HashMap<String, String>,
) -> Option<String> {
    let first = used.path.first()?;
    // `crate::App` is what lib.rs takes from `app`.
    let target = root.get(first).unwrap_or(first);
    if target == folder || layer(target).is_none() {
        return None;
    }
    if layer(target) > layer(folder) {
        return Some(format!(
            "{folder} uses {target} (crate::{}), which lies above it",
            used.path.join("::")
        ));
    }
    let listed = BESIDE
        .iter()
        .any(|(from, to, _)| *from == folder && *to == target);
    if layer(target) == layer(folder) && !listed && !all_may_use(target) {
        return Some(format!(
            "{folder} uses {target} beside it (crate::{}); BESIDE doesn't list that",
            used.path.join("::")
        ));
    }
    let inner = used.path.get(1)?;
    let index = fs::read_to_string(source.join(target).join("mod.rs")).unwrap_or_default();
    let file = source.join(target).join(inner).with_extension("rs");
    let shown = index
        .lines()
        .any(|line| line.trim() == format!("pub mod {inner};"));
    let file = !shown && file.is_file();
    (first == target && file).then(|| {
        format!(
            "{folder} reaches into a file of {target} (crate::{}); use its index crate::{target}",
            used.path.join("::")
        )
    })
}

/// The words for failures: every folder of the lowest layer may use them, they use nobody but each other.
fn all_may_use(target: &str) -> bool {
    target == "error"
}

fn layer(folder: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&folder))
}

/// `http/edge/mod.rs` is `[http, edge]`, `call.rs` is `[call]`.
fn module(relative: &Path) -> Vec<String> {
    let mut parts: Vec<String> = relative
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// Every Rust file below a folder, in a stable order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
