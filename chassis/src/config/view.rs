//! [`Config`]: the configuration as the parts of a service see it; [`listing`] shows it to people.

mod again;
mod listing;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use self::again::Asked;
use super::node::Node;
use super::references::Resolver;
use super::{Cli, Defaults, Finding, Findings, Inputs, Row};
use super::{load, section, unused};

/// The configuration of a program, or of one component of it. A clone is cheap and sees the same.
///
/// ```
/// use chassis::config::{Cli, Config, Defaults, HumanDuration, Inputs};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Warehouse {
///     /// How long a reservation is kept.
///     keep: HumanDuration,
/// }
///
/// let inputs = Inputs::none().file("chassis.toml", "[warehouse]\nkeep = '90s'");
/// let cli = Cli::parse(inputs.args(), &[])?;
/// let config = Config::load(&inputs, &cli, &Defaults::new("inventory"))?;
/// let warehouse: Warehouse = config.section("warehouse")?;
/// assert_eq!(warehouse.keep.as_secs(), 90);
/// config.check()?;
/// # Ok::<(), chassis::config::Findings>(())
/// ```
#[derive(Clone)]
pub struct Config {
    shared: Arc<Shared>,
    component: Option<Arc<str>>,
}

struct Shared {
    service: String,
    place: super::place::Place,
    root: Node,
    notes: Findings,
    inputs: Inputs,
    cli: Cli,
    defaults: Defaults,
    /// The files that were read.
    files: Vec<PathBuf>,
    seen: Mutex<Seen>,
}

/// What was asked for so far.
struct Seen {
    /// Whether somebody else reads some of it.
    is_partial: bool,
    sections: BTreeSet<Vec<String>>,
    asked: Vec<Asked>,
    rows: BTreeMap<String, Row>,
    findings: Findings,
}

impl Config {
    /// Reads all sources. What is wrong with single values is kept for [`Config::check`], so that
    /// one report says everything.
    ///
    /// # Errors
    ///
    /// When a file can't be read, isn't UTF-8 or isn't TOML: with it missing, all that follows
    /// would be noise.
    pub fn load(inputs: &Inputs, cli: &Cli, defaults: &Defaults) -> Result<Self, Findings> {
        let loaded = load::load(inputs, cli, defaults)?;
        let findings = loaded.findings;
        let seen = Seen {
            is_partial: false,
            sections: BTreeSet::new(),
            asked: Vec::new(),
            rows: BTreeMap::new(),
            findings,
        };
        let shared = Shared {
            service: defaults.service.clone(),
            place: loaded.place,
            root: loaded.root,
            notes: loaded.notes,
            inputs: inputs.clone(),
            cli: cli.clone(),
            defaults: defaults.clone(),
            files: loaded.files,
            seen: Mutex::new(seen),
        };
        Ok(Self {
            shared: Arc::new(shared),
            component: None,
        })
    }

    /// The configuration as the component of this name sees it: `[orders.http]` over `[http]`.
    #[must_use]
    pub fn component(&self, name: &str) -> Self {
        Self {
            shared: self.shared.clone(),
            component: Some(name.into()),
        }
    }

    /// A section as `T`: `section("warehouse")` reads `[warehouse]`, `section("client.orders")`
    /// reads `[client.orders]`. A section that isn't there is an empty one.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the section; [`Config::check`] says it again with the rest.
    pub fn section<T: DeserializeOwned + JsonSchema>(&self, name: &str) -> Result<T, Findings> {
        self.remember(Asked::new::<T>(self, name, None, |config, asked| {
            drop(config.section::<T>(&asked.section));
        }));
        self.read(&self.node(name), self.paths(name))
    }

    /// One of many alike sections: `named_section("client", "orders")` reads `[client.orders]`
    /// over what stands plainly in `[client]`, which holds for every client.
    ///
    /// # Errors
    ///
    /// As for [`Config::section`].
    pub fn named_section<T: DeserializeOwned + JsonSchema>(
        &self,
        section: &str,
        name: &str,
    ) -> Result<T, Findings> {
        self.remember(Asked::new::<T>(
            self,
            section,
            Some(name),
            |config, asked| {
                let name = asked.name.as_deref().unwrap_or_default();
                drop(config.named_section::<T>(&asked.section, name));
            },
        ));
        let all = section::for_all::<T>(&self.node(section));
        let full = format!("{section}.{name}");
        let own = self.node(&full);
        let mut paths = self.paths(&full);
        for (key, _) in all.entries() {
            paths.extend(self.paths(&format!("{section}.{key}")));
        }
        self.read(&all.under(own), paths)
    }

    fn remember(&self, asked: Asked) {
        let mut seen = self.seen();
        if !seen.asked.iter().any(|known| known.is_same(&asked)) {
            seen.asked.push(asked);
        }
    }

    /// Reads a section and keeps what was seen.
    fn read<T: DeserializeOwned + JsonSchema>(
        &self,
        node: &Node,
        paths: Vec<Vec<String>>,
    ) -> Result<T, Findings> {
        let shared = &self.shared;
        let folder = shared.place.folder.clone();
        let resolver = Resolver::new(&shared.inputs, folder, BTreeMap::new());
        let read = section::read::<T>(node, &resolver);
        let mut seen = self.seen();
        seen.sections.extend(paths);
        for row in read.rows {
            seen.rows.insert(row.key().to_owned(), row);
        }
        if let Err(findings) = &read.value {
            seen.findings.extend(findings.clone());
        }
        read.value
            .map_err(|findings| findings.under(self.profile()))
    }

    /// Whether a section or key of this name is set in any source.
    pub fn is_set(&self, name: &str) -> bool {
        self.paths(name)
            .iter()
            .any(|path| self.find(path).is_some())
    }

    /// Says that a section isn't read here but belongs to someone: a component that runs
    /// elsewhere, an adapter that wasn't opened. Its keys are then no findings.
    pub fn skip(&self, name: &str) {
        let mut seen = self.seen();
        seen.is_partial = true;
        seen.sections.extend(self.paths(name));
    }

    /// Whether parts of the configuration belong to someone who isn't here ([`skip`](Self::skip)).
    pub(crate) fn is_partial(&self) -> bool {
        self.seen().is_partial
    }

    /// Adds a finding of someone who knows more than a type can say: two listeners on one port.
    /// Where its key is set, and to what, is added where the finding doesn't say it.
    pub fn report(&self, finding: Finding) {
        let mut seen = self.seen();
        let paths = self.paths(finding.key());
        // The component's own lies above the shared one. Rows are masked by the settings' types.
        let row = paths.iter().rev().find_map(|path| {
            let row = seen.rows.get(&path.join("."))?;
            (!row.is_default()).then(|| row.clone())
        });
        let finding = match row {
            Some(row) => finding.beside(&row),
            None => finding,
        };
        seen.findings.add(finding);
    }

    /// Everything found so far, and every section that nobody asked for: to be called once all is
    /// composed.
    ///
    /// # Errors
    ///
    /// The findings, if there are any: the whole report.
    pub fn check(&self) -> Result<(), Findings> {
        let mut findings = self.seen().findings.clone();
        findings.extend(self.unused());
        findings.sort();
        findings.under(self.profile()).into_result(())
    }

    /// Everything found so far, without the sections that nobody asked for (yet).
    pub fn findings(&self) -> Findings {
        self.seen().findings.clone()
    }

    /// The keys that nobody asked for.
    pub fn unused(&self) -> Findings {
        unused::find(&self.shared.root, &self.seen().sections)
    }

    /// What is odd but keeps nothing from working, for the log.
    pub fn notes(&self) -> &Findings {
        &self.shared.notes
    }

    /// The name of the program.
    pub fn service(&self) -> &str {
        &self.shared.service
    }

    /// The profile that rules; `prod` when nobody named one.
    pub fn profile(&self) -> &str {
        &self.shared.place.profile
    }

    /// Whether the rules for a developer's machine hold. Every other profile has prod's.
    pub fn is_dev(&self) -> bool {
        self.profile() == "dev"
    }

    /// The folder of `chassis.toml`; empty for the current one.
    pub fn folder(&self) -> &Path {
        &self.shared.place.folder
    }

    /// The folder for what outlives a run: `$XDG_STATE_HOME/chassis/{service}`. It may be missing
    /// or not writable.
    pub fn state_dir(&self) -> PathBuf {
        self.shared.place.state.clone()
    }

    /// A variable of the process, where it is UTF-8 and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.shared.inputs.variable(name)?.to_str()
    }

    /// The files that values refer to (`file:PATH`), as far as they were asked for.
    pub(crate) fn referred_files(&self) -> Vec<PathBuf> {
        self.shared.inputs.referred()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a section of this name may stand: shared, and the component's own above it.
    fn paths(&self, name: &str) -> Vec<Vec<String>> {
        let shared: Vec<String> = name.split('.').map(str::to_owned).collect();
        let own = self.component.as_deref().map(|component| {
            let component = std::iter::once(component.to_owned());
            component.chain(shared.iter().cloned()).collect()
        });
        std::iter::once(shared).chain(own).collect()
    }

    fn find(&self, path: &[String]) -> Option<&Node> {
        self.shared.root.at(path.iter().map(String::as_str))
    }

    fn node(&self, name: &str) -> Node {
        let paths = self.paths(name);
        let nodes = paths.iter().filter_map(|path| self.find(path)).cloned();
        let key = paths.last().map(|path| path.join(".")).unwrap_or_default();
        nodes
            .reduce(Node::under)
            .unwrap_or_else(|| Node::empty(&key))
    }
}

impl fmt::Debug for Config {
    /// Without values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("service", &self.shared.service)
            .field("profile", &self.shared.place.profile)
            .field("component", &self.component)
            .finish_non_exhaustive()
    }
}
