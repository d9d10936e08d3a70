//! A breach, said to people.

use std::fmt;
use std::path::PathBuf;

use super::tree::{Id, Tree};
use super::workspace::Package;

/// Crates that broke in, all of them through one crate.
#[derive(Debug)]
pub(super) struct Breach {
    /// The package that they broke into.
    package: String,
    /// From the package down to the crate that brings them.
    path: Vec<String>,
    intruders: Vec<String>,
    mend: Mend,
}

/// What to do about it.
#[derive(Debug)]
enum Mend {
    /// The chassis has features here.
    Features { manifest: PathBuf, on: Vec<String> },
    /// Keep it out, or allow it.
    Allow {
        manifest: PathBuf,
        allow: Vec<String>,
    },
}

impl Breach {
    /// A breach at the end of `path` in the tree of `package`; `holder` has the list that decides.
    pub(super) fn new(package: &Package, holder: &Package, tree: &Tree, path: Vec<Id>) -> Self {
        let by = path.last().map(|id| tree.get(*id));
        let mend = match by {
            Some(by) if by.name == "chassis" => Mend::Features {
                manifest: package.manifest.clone(),
                on: by
                    .features
                    .iter()
                    .filter(|on| *on != "default")
                    .cloned()
                    .collect(),
            },
            _ => Mend::Allow {
                manifest: holder.manifest.clone(),
                allow: holder.allow.clone(),
            },
        };
        let path = path.into_iter().map(|id| tree.get(id).name.clone());
        Self {
            package: package.name.clone(),
            path: path.collect(),
            intruders: Vec::new(),
            mend,
        }
    }

    pub(super) fn add(&mut self, intruder: &str) {
        self.intruders.push(intruder.to_owned());
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let intruders = self.intruders.join(", ");
        writeln!(f, "{intruders} broke into {}", self.package)?;
        let last = match self.intruders.as_slice() {
            [first, _, ..] => format!("{first} …"),
            alone => alone.concat(),
        };
        writeln!(f, "  path: {} -> {last}", self.path.join(" -> "))?;
        self.mend.say(f, &self.package, &self.intruders)
    }
}

impl Mend {
    fn say(&self, f: &mut fmt::Formatter<'_>, package: &str, intruders: &[String]) -> fmt::Result {
        match self {
            Self::Features { manifest, on } => {
                let (on, manifest) = (on.join(", "), manifest.display());
                writeln!(f, "  chassis has features there: {on}")?;
                writeln!(
                    f,
                    "  take them out of [dependencies] in {manifest}, or of what it depends on:"
                )?;
                writeln!(
                    f,
                    "  only the service's own crate needs any; tests have them in [dev-dependencies]"
                )
            }
            Self::Allow { manifest, allow } => {
                let allow = allow.iter().chain(intruders);
                let allow: Vec<String> = allow.map(|name| format!("{name:?}")).collect();
                let (allow, manifest) = (allow.join(", "), manifest.display());
                writeln!(
                    f,
                    "  put what needs it into an adapter of the service, behind a port of {package};"
                )?;
                writeln!(
                    f,
                    "  or, where it is only data and rules, allow it in {manifest}:"
                )?;
                writeln!(f, "    [package.metadata.hexagon]\n    allow = [{allow}]")
            }
        }
    }
}
