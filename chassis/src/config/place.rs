//! Which profile rules, which folder is read, and where state is kept.

use std::path::PathBuf;

use super::{Cli, Finding, Findings, Inputs, Origin};

/// What the program says about itself before any source is read.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub(super) service: String,
    pub(super) profile: Option<String>,
    pub(super) values: Vec<(String, String)>,
}

impl Defaults {
    /// The defaults of the program that bears this name.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            profile: None,
            values: Vec::new(),
        }
    }

    /// The profile that rules when neither `--profile` nor `CHASSIS_PROFILE` says; without it,
    /// prod's rules hold.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// A value below all sources, written as in a variable.
    #[must_use]
    pub fn value(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((key.into(), value.into()));
        self
    }
}

/// Profile, folder and state folder.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) profile: String,
    pub(super) folder: PathBuf,
    /// Whether someone named the folder, and who.
    pub(super) named: Option<Origin>,
    pub(super) state: PathBuf,
}

/// The profile whose rules hold when nobody names one.
const PROD: &str = "prod";

/// Resolves all of it.
pub(super) fn resolve(
    inputs: &Inputs,
    cli: &Cli,
    defaults: &Defaults,
    findings: &mut Findings,
) -> Place {
    let profile = profile(inputs, cli, defaults, findings).unwrap_or_else(|| PROD.to_owned());
    let (folder, named) = folder(inputs, cli, findings);
    let state = state_home(inputs).join("chassis").join(&defaults.service);
    Place {
        profile,
        folder,
        named,
        state,
    }
}

fn profile(
    inputs: &Inputs,
    cli: &Cli,
    defaults: &Defaults,
    findings: &mut Findings,
) -> Option<String> {
    let argument = || {
        Some((
            cli.profile.clone()?,
            Origin::Argument("--profile".to_owned()),
        ))
    };
    let variable = || text(inputs, "CHASSIS_PROFILE", findings);
    let (name, origin) = argument()
        .or_else(variable)
        .or_else(|| Some((defaults.profile.clone()?, Origin::Default)))?;
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !name.is_empty() && name.chars().all(valid) {
        return Some(name);
    }
    findings.add(
        Finding::new("", "not the name of a profile")
            .at(origin)
            .expected("lower-case letters, digits, - and _, such as dev or prod")
            .found(format!("{name:?}")),
    );
    None
}

fn folder(inputs: &Inputs, cli: &Cli, findings: &mut Findings) -> (PathBuf, Option<Origin>) {
    let argument = || {
        Some((
            cli.config_dir.clone()?,
            Origin::Argument("--config-dir".to_owned()),
        ))
    };
    let variable = || {
        let value = inputs.variable("CHASSIS_CONFIG_DIR")?;
        Some((
            PathBuf::from(value),
            Origin::Variable("CHASSIS_CONFIG_DIR".to_owned()),
        ))
    };
    let Some((path, origin)) = argument().or_else(variable) else {
        return (inputs.folder().to_owned(), None);
    };
    let folder = inputs.folder().join(&path);
    if !inputs.is_folder(&folder) {
        findings.add(
            Finding::new("", "the folder of the configuration isn't there")
                .at(origin.clone())
                .expected("a folder that holds chassis.toml")
                .found(path.display().to_string())
                .mend("name one that is there, or none: then it is the one that the program starts in"),
        );
    }
    (folder, Some(origin))
}

/// `$XDG_STATE_HOME` where it is absolute (its specification says to ignore others), else
/// `~/.local/state`; without a home, the system's place for state.
fn state_home(inputs: &Inputs) -> PathBuf {
    let absolute = |name| {
        inputs
            .variable(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .unwrap_or_else(|| PathBuf::from("/var/lib"))
}

/// A variable's text, with where it stands.
fn text(inputs: &Inputs, name: &str, findings: &mut Findings) -> Option<(String, Origin)> {
    let value = inputs.variable(name)?;
    let origin = Origin::Variable(name.to_owned());
    if value.to_str().is_none() {
        findings.add(Finding::new("", "the value is not UTF-8").at(origin.clone()));
    }
    Some((value.to_str()?.to_owned(), origin))
}
