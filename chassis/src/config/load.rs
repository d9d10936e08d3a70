//! Puts the sources together, each above the one before.

use std::ffi::OsStr;
use std::path::PathBuf;

use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};

use super::dotenv::{self, Entry};
use super::layer::Layer;
use super::names::{is_secret, nearest, variable};
use super::node::{Builder, Node};
use super::origin::Place as At;
use super::place::{self, Place};
use super::references::Resolver;
use super::{Cli, Defaults, Finding, Findings, Inputs, Origin};
use super::{file, otel, url, variables};

/// What loading gives: the tree, and what was found on the way.
pub(super) struct Loaded {
    pub(super) place: Place,
    pub(super) root: Node,
    /// The files that were read.
    pub(super) files: Vec<PathBuf>,
    pub(super) findings: Findings,
    pub(super) notes: Findings,
}

/// Reads all sources.
///
/// # Errors
///
/// Where a file couldn't be used at all: what is missing from it would only be found as missing
/// keys, so nothing is read further.
pub(super) fn load(inputs: &Inputs, cli: &Cli, defaults: &Defaults) -> Result<Loaded, Findings> {
    let mut findings = Findings::new();
    let place = place::resolve(inputs, cli, defaults, &mut findings);
    let mut loader = Loader::new(inputs, findings);
    loader.defaults(defaults);
    let whole = loader.files(&place);
    let more = if place.profile == "dev" {
        loader.dotenv(&place)
    } else {
        vec![]
    };
    loader.process();
    loader.arguments(cli);
    if !whole {
        return Err(loader.findings.under(&place.profile));
    }
    let more = more
        .into_iter()
        .map(|entry| (entry.name, entry.value))
        .collect();
    let resolver = Resolver::new(inputs, place.folder.clone(), more);
    let Loader {
        figment,
        layers,
        findings,
        notes,
        files,
        ..
    } = loader;
    let builder = Builder {
        figment: &figment,
        layers: &layers,
        resolver: &resolver,
    };
    let root = builder.root(&values(&figment));
    Ok(Loaded {
        place,
        root,
        files,
        findings,
        notes,
    })
}

struct Loader<'a> {
    inputs: &'a Inputs,
    figment: Figment,
    layers: Vec<Layer>,
    findings: Findings,
    notes: Findings,
    files: Vec<PathBuf>,
}

impl<'a> Loader<'a> {
    fn new(inputs: &'a Inputs, findings: Findings) -> Self {
        Self {
            inputs,
            figment: Figment::new(),
            layers: Vec::new(),
            findings,
            notes: Findings::new(),
            files: Vec::new(),
        }
    }

    /// Lays a layer above what is there.
    fn lay(&mut self, layer: Layer) {
        self.figment = std::mem::take(&mut self.figment).merge(&layer);
        self.layers.push(layer);
    }

    fn defaults(&mut self, defaults: &Defaults) {
        let mut layer = Layer::untyped("default").without_references();
        for (key, value) in &defaults.values {
            layer.set(
                &path(key),
                Value::from(value.as_str()),
                At::of(Origin::Default),
            );
        }
        self.lay(layer);
    }

    /// Says whether the files could be used.
    fn files(&mut self, place: &Place) -> bool {
        let profile = format!("chassis.{}.toml", place.profile);
        let (mut whole, mut found, mut own_file) = (true, false, false);
        for name in ["chassis.toml", &profile] {
            let path = place.folder.join(name);
            match file::read(self.inputs, &path) {
                Ok(Some(layer)) => {
                    self.files.push(path);
                    // The last one read is the profile's.
                    (found, own_file) = (true, layer.name.ends_with(&profile));
                    self.lay(layer);
                }
                Ok(None) => {}
                Err(findings) => {
                    (whole, found) = (false, true);
                    self.findings.extend(findings);
                }
            }
        }
        self.note_profile(place, own_file);
        // A folder that someone named but that holds nothing is a mistaken mount or a slip.
        if let Some(origin) = place
            .named
            .as_ref()
            .filter(|_| !found && self.findings.is_empty())
        {
            self.findings.add(
                Finding::new("", "the folder holds no configuration")
                    .at(origin.clone())
                    .expected(format!("chassis.toml or {profile}"))
                    .found(place.folder.display().to_string())
                    .mend("name the folder in which the file lies; is a volume mounted elsewhere?"),
            );
        }
        whole
    }

    /// A profile of one's own is fine, but without a file it may be a slip.
    fn note_profile(&mut self, place: &Place, found: bool) {
        let own = &place.profile;
        if ["dev", "prod", "test"].contains(&own.as_str()) || found {
            return;
        }
        let problem = format!("profile {own} has no file, so that only prod's rules hold");
        let finding = Finding::new("", problem).expected(format!("chassis.{own}.toml"));
        self.notes.add(match nearest(own, ["dev", "prod", "test"]) {
            Some(near) => finding.mend(format!("did you mean {near}?")),
            None => finding,
        });
    }

    fn dotenv(&mut self, place: &Place) -> Vec<Entry> {
        let path = place.folder.join(".env");
        let entries = dotenv::read(self.inputs, &path, &mut self.findings);
        let find = |name: &str| entries.iter().rfind(|entry| entry.name == name);
        let lookup =
            |name: &str| find(name).map(|entry| (entry.value.clone(), entry.origin.clone()));
        let layer = otel::layer(".env (OTEL)", &lookup, &mut self.notes);
        self.lay(layer);
        let vars = entries.iter().map(|entry| {
            (
                entry.name.as_str(),
                OsStr::new(entry.value.as_str()),
                entry.origin.clone(),
            )
        });
        self.variables(".env", vars);
        for entry in entries
            .iter()
            .filter(|entry| variables::is_reserved(&entry.name))
        {
            let finding = Finding::new("", format!("{} has no effect here", entry.name));
            let mend = "set it as a variable of the process: .env is read after it";
            self.notes.add(finding.at(entry.origin.clone()).mend(mend));
        }
        entries
    }

    fn process(&mut self) {
        let inputs = self.inputs;
        let lookup = |name: &str| {
            let value = inputs.variable(name)?.to_str()?.to_owned();
            Some((value, Origin::Variable(name.to_owned())))
        };
        let layer = otel::layer("variables (OTEL)", &lookup, &mut self.notes);
        self.lay(layer);
        let vars = inputs
            .variables()
            .map(|(name, value)| (name, value, Origin::Variable(name.to_owned())));
        self.variables("variables", vars);
    }

    fn variables<'v>(
        &mut self,
        name: &str,
        variables: impl Iterator<Item = (&'v str, &'v OsStr, Origin)>,
    ) {
        let below = values(&self.figment);
        let mut layer = Layer::untyped(name);
        for (name, value, origin) in variables {
            variables::take(
                &mut layer,
                (name, value),
                origin,
                &below,
                &mut self.findings,
            );
        }
        self.lay(layer);
    }

    fn arguments(&mut self, cli: &Cli) {
        let mut layer = Layer::untyped("arguments");
        for (key, value) in &cli.set {
            let origin = Origin::Argument(format!("--set {key}"));
            if is_secret(key) || url::has_secret(value) {
                self.findings.add(refused_secret(key, origin));
            } else if path(key).iter().any(String::is_empty)
                || !layer.set(
                    &path(key),
                    Value::from(value.as_str()),
                    At::of(origin.clone()),
                )
            {
                let finding = Finding::new(key, "not a key that --set can set").at(origin);
                self.findings
                    .add(finding.expected("SECTION.KEY=VALUE, such as http.listen=127.0.0.1:9000"));
            }
        }
        self.lay(layer);
    }
}

fn refused_secret(key: &str, origin: Origin) -> Finding {
    Finding::new(
        key,
        "a secret doesn't go on the command line, where every process can read it",
    )
    .at(origin)
    .mend(format!(
        "set {} instead, or put file:PATH into chassis.toml",
        variable(key)
    ))
}

fn path(key: &str) -> Vec<String> {
    key.split('.')
        .map(|segment| segment.trim().to_owned())
        .collect()
}

/// What is merged so far. None of our layers fails, so nothing is lost by the empty table.
fn values(figment: &Figment) -> Dict {
    let data = figment.data().unwrap_or_default();
    data.get(&Profile::Default).cloned().unwrap_or_default()
}
