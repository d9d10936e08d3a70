//! Who may stand in the tree of a contract or a domain.

use std::collections::{BTreeMap, VecDeque};

use super::breach::Breach;
use super::tree::{Id, ROOT, Tree};
use super::workspace::{Package, Workspace};

/// The chassis' own manifest: its dependencies that are not optional are its core.
const MANIFEST: &str = include_str!("../../../Cargo.toml");

const CHASSIS: &str = "chassis";

/// Runtimes, transports and drivers: what a hexagon keeps outside. Allowed by their own names only,
/// also below a crate that is allowed.
const OUTSIDE: &[&str] = &[
    "actix-web",
    "async-std",
    "aws-config",
    "axum",
    "diesel",
    "h2",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "mongodb",
    "rdkafka",
    "redis",
    "reqwest",
    "rusqlite",
    "smol",
    "sqlx",
    "sqlx-core",
    "tokio",
    "tokio-postgres",
    "tonic",
    "ureq",
];

/// The rules of one workspace.
pub(super) struct Rules<'a> {
    workspace: &'a Workspace,
    core: Vec<String>,
}

/// How a crate came to where it stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// The package itself, or another that has the table: its own list holds.
    Held(&'a Package),
    /// The chassis, below this package: only its core may stand below it.
    Chassis(&'a Package),
    /// Allowed by this package: what it needs comes along.
    Trusted(&'a Package),
}

impl<'a> Rules<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            core: core(),
        }
    }

    /// Every breach of `package`, as they come in its tree. Breaches by one crate are one.
    pub(super) fn judge(&self, package: &'a Package, tree: &Tree) -> Vec<Breach> {
        let mut found: BTreeMap<Id, Breach> = BTreeMap::new();
        let mut came_from: Vec<Option<Id>> = vec![None; tree.len()];
        let mut seen = vec![false; tree.len()];
        let mut waiting = VecDeque::from([(ROOT, Place::Held(package))]);
        seen[ROOT] = true;
        while let Some((id, place)) = waiting.pop_front() {
            for &need in &tree.get(id).needs {
                match self.place(place, &tree.get(need).name) {
                    None => {
                        let breach = found.entry(id);
                        let breach = breach.or_insert_with(|| {
                            Breach::new(package, holder(place), tree, path(id, &came_from))
                        });
                        breach.add(&tree.get(need).name);
                    }
                    Some(_) if seen[need] => {}
                    Some(place) => {
                        seen[need] = true;
                        came_from[need] = Some(id);
                        waiting.push_back((need, place));
                    }
                }
            }
        }
        found.into_values().collect()
    }

    /// Where `name` stands below `parent`; nothing where it may not.
    fn place(&self, parent: Place<'a>, name: &str) -> Option<Place<'a>> {
        let allowed = |package: &Package| package.allow.iter().any(|allowed| allowed == name);
        let core = self.core.iter().any(|core| core == name);
        match parent {
            Place::Held(package) if name == CHASSIS => Some(Place::Chassis(package)),
            Place::Held(package) if allowed(package) => {
                let own = self.workspace.named(name).map(Place::Held);
                Some(own.unwrap_or(Place::Trusted(package)))
            }
            Place::Held(package) | Place::Chassis(package) => {
                core.then_some(Place::Trusted(package))
            }
            Place::Trusted(package) => {
                let outside = OUTSIDE.contains(&name) && !allowed(package);
                (!outside).then_some(parent)
            }
        }
    }
}

/// The package whose list decides at `place`.
fn holder(place: Place<'_>) -> &Package {
    match place {
        Place::Held(package) | Place::Chassis(package) | Place::Trusted(package) => package,
    }
}

/// From the package down to `id`.
fn path(id: Id, came_from: &[Option<Id>]) -> Vec<Id> {
    let mut path: Vec<Id> = std::iter::successors(Some(id), |id| came_from[*id]).collect();
    path.reverse();
    path
}

/// What the chassis needs without features.
fn core() -> Vec<String> {
    let manifest: toml::Table = toml::from_str(MANIFEST).unwrap_or_default();
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    let dependencies = dependencies.into_iter().flatten();
    let core = dependencies.filter(|(_, how)| {
        let optional = how.get("optional").and_then(toml::Value::as_bool);
        optional != Some(true)
    });
    core.map(|(name, _)| name.clone()).collect()
}
