//! Which packages take part, and what they allow.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::cargo;

/// The packages of a workspace that have the table.
pub(super) struct Workspace {
    packages: Vec<Package>,
    manifests: Vec<PathBuf>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// Its `Cargo.toml`, as seen from the workspace.
    pub(super) manifest: PathBuf,
    pub(super) allow: Vec<String>,
}

impl Workspace {
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = cargo(folder, &["metadata", "--no-deps", "--format-version=1"])?;
        let metadata: Metadata = serde_json::from_str(&text)
            .map_err(|error| format!("[package.metadata.hexagon] cannot be read: {error}"))?;
        let root = metadata.workspace_root;
        let members = metadata.packages.iter();
        let manifests = members.map(|member| member.manifest_path.clone()).collect();
        let packages = metadata.packages.into_iter();
        let packages: Vec<Package> = packages
            .filter_map(|found| found.takes_part(&root))
            .collect();
        if packages.is_empty() {
            return Err(format!(
                "no package of the workspace {} says [package.metadata.hexagon], so nothing is held\n\
                 write it into the Cargo.toml of contract and domain:\n\n\
                 [package.metadata.hexagon]\nallow = []",
                root.display()
            ));
        }
        Ok(Self {
            packages,
            manifests,
        })
    }

    /// The manifests of all its packages.
    pub(super) fn manifests(&self) -> &[PathBuf] {
        &self.manifests
    }

    pub(super) fn packages(&self) -> &[Package] {
        &self.packages
    }

    pub(super) fn named(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

// What of `cargo metadata` is read.

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Found>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Found {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<Tables>,
}

#[derive(Deserialize)]
struct Tables {
    hexagon: Option<Hexagon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hexagon {
    allow: Vec<String>,
}

impl Found {
    fn takes_part(self, root: &Path) -> Option<Package> {
        let allow = self.metadata?.hexagon?.allow;
        let manifest = self.manifest_path.strip_prefix(root);
        let manifest = manifest.unwrap_or(&self.manifest_path).to_path_buf();
        Some(Package {
            name: self.name,
            manifest,
            allow,
        })
    }
}
