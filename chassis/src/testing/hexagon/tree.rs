//! What one package depends on when it is built alone: `cargo tree`, as a graph.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::cargo;

/// A place in [`Tree`].
pub(super) type Id = usize;

/// Crates with their versions, and who needs whom. Cargo prints what a crate needs at its first
/// place only; here all places are one.
#[derive(Debug, Default)]
pub(super) struct Tree {
    crates: Vec<Crate>,
    ids: HashMap<String, Id>,
}

/// One crate in one version.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) name: String,
    /// The features that are on here.
    pub(super) features: Vec<String>,
    pub(super) needs: Vec<Id>,
}

/// The package itself is always the first line.
pub(super) const ROOT: Id = 0;

impl Tree {
    pub(super) fn read(folder: &Path, package: &str) -> Result<Self, String> {
        let words = ["tree", "-p", package, "-e", "normal", "--prefix", "depth"];
        let format = ["--format", " {p}|{f}|", "--charset", "ascii"];
        Ok(Self::parse(&cargo(
            folder,
            &[&words[..], &format].concat(),
        )?))
    }

    /// Lines such as `2 tokio v1.54.0|net,rt| (*)`: depth, crate, features, seen before.
    pub(super) fn parse(text: &str) -> Self {
        let mut tree = Self::default();
        let mut above: Vec<Id> = Vec::new();
        for line in text.lines() {
            let Some((depth, rest)) = line.split_once(' ') else {
                continue;
            };
            let Ok(depth) = depth.parse::<usize>() else {
                continue;
            };
            let mut parts = rest.split('|');
            let (package, features) = (parts.next(), parts.next());
            let id = tree.add(package.unwrap_or_default(), features.unwrap_or_default());
            above.truncate(depth);
            if let Some(parent) = above.last() {
                tree.crates[*parent].needs.push(id);
            }
            above.push(id);
        }
        tree
    }

    /// The manifests of the crates that lie in folders here, not in a registry's store.
    pub(super) fn manifests(&self) -> impl Iterator<Item = PathBuf> {
        let folder = |package: &String| {
            let (_, path) = package.rsplit_once(" (")?;
            let path = Path::new(path.strip_suffix(')')?);
            path.is_absolute().then(|| path.join("Cargo.toml"))
        };
        self.ids.keys().filter_map(folder)
    }

    pub(super) fn get(&self, id: Id) -> &Crate {
        &self.crates[id]
    }

    pub(super) fn len(&self) -> usize {
        self.crates.len()
    }

    fn add(&mut self, package: &str, features: &str) -> Id {
        if let Some(id) = self.ids.get(package) {
            return *id;
        }
        let id = self.crates.len();
        let name = package.split(' ').next().unwrap_or_default().to_owned();
        let features = features.split(',').filter(|feature| !feature.is_empty());
        self.crates.push(Crate {
            name,
            features: features.map(str::to_owned).collect(),
            needs: Vec::new(),
        });
        self.ids.insert(package.to_owned(), id);
        id
    }
}
