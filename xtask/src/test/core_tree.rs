//! What `chassis` needs without features: the crates that every contract and domain then compiles.

use std::collections::BTreeSet;
use std::fs;

use crate::{Result, command, workspace};

const GOLDEN: &str = "chassis/tests/golden/core-tree.txt";

/// Fails with the difference. `UPDATE_GOLDEN=1` writes the list anew.
pub(super) fn check() -> Result {
    let mut tree = workspace::cargo();
    tree.args([
        "tree",
        "-p",
        "chassis",
        "--no-default-features",
        "-e",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let now = names(&command::output(&mut tree)?);
    let golden = workspace::root().join(GOLDEN);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let lines: Vec<&str> = now.iter().map(String::as_str).collect();
        fs::write(&golden, lines.join("\n") + "\n")?;
    }
    let then = fs::read_to_string(&golden).map_err(|error| format!("{GOLDEN}: {error}"))?;
    compare(&names(&then), &now)
}

/// The first word of each line; versions are left out, they are Cargo.lock's.
fn names(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn compare(then: &BTreeSet<String>, now: &BTreeSet<String>) -> Result {
    let mut lines = Vec::new();
    lines.extend(now.difference(then).map(|name| {
        format!("  + {name}: see who brings it with cargo tree -p chassis --no-default-features -e normal -i {name}")
    }));
    lines.extend(
        then.difference(now)
            .map(|name| format!("  - {name}: no longer needed")),
    );
    if lines.is_empty() {
        return Ok(());
    }
    Err(format!(
        "chassis without features needs other crates than {GOLDEN} says:\n{}\n  if that is meant: UPDATE_GOLDEN=1 cargo xtask test --only core-tree",
        lines.join("\n")
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_too_many_is_named() {
        let then = names("bytes\nhttp\n");
        let now = names("bytes v1.12.0\nhttp v1.5.0\nbytes v1.12.0 (*)\ntokio v1.54.0\n");
        let error = compare(&then, &now)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            error.contains("+ tokio") && !error.contains("bytes"),
            "{error}"
        );
        assert!(compare(&now, &now).is_ok());
    }
}
