//! [`hexagon`]: a test that holds contract and domain free of adapters, runtimes and transports.
//!
//! `workspace` asks cargo which packages take part, `tree` reads what each of them depends on,
//! `rules` judges that, `breach` says it to people, `kept` remembers what held.

mod breach;
mod kept;
mod rules;
#[cfg(test)]
mod tests;
mod tree;
mod workspace;

use std::path::{Path, PathBuf};

use self::kept::Kept;
use self::rules::Rules;
use self::tree::Tree;
use self::workspace::Workspace;

/// Holds the packages of this workspace that say `[package.metadata.hexagon]` to what they say.
///
/// Such a package, a contract or a domain, may depend on the core of the chassis (`chassis`
/// without features, and what that needs itself) and on what it allows by name:
///
/// ```toml
/// [package.metadata.hexagon]
/// allow = ["orders-contract", "uuid"]
/// ```
///
/// What an allowed crate needs comes along with it, but for runtimes, transports and drivers
/// (tokio, hyper, sqlx …): those are allowed by their own names or not at all. Each package is
/// looked at alone, by `cargo tree -p PACKAGE -e normal`, since a build of the whole workspace
/// unifies features and so hides a breach. Nothing is compiled, and the network is not asked. While
/// no manifest, lock file or setting of cargo's has changed since it held, cargo isn't asked either.
///
/// ```no_run
/// #[test]
/// fn contract_and_domain_depend_on_nothing_outside() {
///     chassis::testing::hexagon();
/// }
/// ```
///
/// # Panics
///
/// When a crate broke in; the message names it and the path to it, and says what to do. Also when
/// no package of the workspace has the table, since such a test would hold nothing.
#[track_caller]
pub fn hexagon() {
    // Cargo says it to every test that it runs; it also runs them in that folder.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let kept = Kept::of(&folder);
    if kept.as_ref().is_some_and(Kept::holds) {
        return;
    }
    match (check(&folder), kept) {
        (Ok(manifests), Some(kept)) => kept.keep(manifests),
        (Ok(_), None) => {}
        (Err(message), _) => panic!("{message}"),
    }
}

/// Checks the workspace that `folder` lies in, and gives the manifests that it was judged by.
fn check(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let workspace = Workspace::read(folder)?;
    let rules = Rules::new(&workspace);
    let mut breaches = Vec::new();
    let mut manifests = workspace.manifests().to_vec();
    for package in workspace.packages() {
        let tree = Tree::read(folder, &package.name)?;
        manifests.extend(tree.manifests());
        breaches.extend(rules.judge(package, &tree));
    }
    if breaches.is_empty() {
        return Ok(manifests);
    }
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    Err(format!("the hexagon is broken\n\n{}", lines.join("\n")))
}

/// What `cargo WORDS` prints, run in `folder` without the network.
fn cargo(folder: &Path, words: &[&str]) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args(words).arg("--offline").current_dir(folder);
    let said = format!("cargo {} in {}", words.join(" "), folder.display());
    let output = command.output();
    let output = output.map_err(|error| format!("{said} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("{said} failed:\n{}", why.trim_end()))
}
