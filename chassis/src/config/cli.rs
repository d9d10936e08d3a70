//! The command line of every service: `BIN [COMPONENT|split] [flags]`.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::names::{either, nearest};
use super::{Finding, Findings, Origin};

/// What the command line asks for.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cli {
    /// What to run.
    pub target: Target,
    /// What to do with it.
    pub action: Action,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--config-dir`.
    pub config_dir: Option<PathBuf>,
    /// `--set KEY=VALUE`, in the order given.
    pub set: Vec<(String, String)>,
    /// `--json`: what `--doctor` finds, for machines.
    pub json: bool,
    /// `chaos EXPERIMENT.toml`: the experiment to run.
    pub experiment: Option<PathBuf>,
}

/// What to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Everything that was composed, in this process.
    #[default]
    All,
    /// Everything, each component in a process of its own.
    Split,
    /// One component.
    Component(String),
}

/// What to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Start, serve, stop.
    #[default]
    Run,
    /// `--config`: print the effective values and where each comes from.
    Config,
    /// `--settings`: print a `chassis.toml` with every key, commented out at its default.
    Settings,
    /// `--check`: compose without opening anything, and say whether the configuration is good.
    Check,
    /// `--hexagon`: compose without opening anything, and print the drawing as SVG.
    Hexagon,
    /// `--probe`: ask the running service whether it is ready.
    Probe,
    /// `--doctor`: look at all that the service needs, without serving or changing anything.
    Doctor,
    /// `--help`.
    Help,
    /// `--version`.
    Version,
}

const FLAGS: [&str; 12] = [
    "--profile",
    "--config-dir",
    "--set",
    "--config",
    "--settings",
    "--check",
    "--hexagon",
    "--probe",
    "--doctor",
    "--json",
    "--help",
    "--version",
];

impl Cli {
    /// Reads the arguments (without the program's name). `components` are the names that may be
    /// run alone; when there are none, the command line takes no name and no `split`.
    ///
    /// # Errors
    ///
    /// Every argument that isn't understood, each with the nearest one that is. A usage error is a
    /// configuration error: the exit code is 78.
    pub fn parse(args: &[OsString], components: &[&str]) -> Result<Self, Findings> {
        let mut parser = Parser {
            components,
            ..Parser::default()
        };
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.to_str() {
                Some(text) => parser.take(text, &mut rest),
                None => parser.findings.add(not_text(arg)),
            }
        }
        if parser.cli.json && parser.cli.action == Action::Run {
            parser.findings.add(
                Finding::new("", "--json says how --doctor answers")
                    .at(Origin::Argument("--json".to_owned()))
                    .mend("write --doctor --json"),
            );
        }
        parser.findings.into_result(parser.cli)
    }

    /// The arguments with which one component of this program runs alone, under the same profile,
    /// folder and keys: for the processes of `split`.
    pub fn args_for(&self, component: &str) -> Vec<OsString> {
        let mut args = vec![OsString::from(component)];
        if let Some(profile) = &self.profile {
            args.extend(["--profile".into(), profile.into()]);
        }
        if let Some(folder) = &self.config_dir {
            args.extend(["--config-dir".into(), folder.into()]);
        }
        for (key, value) in &self.set {
            args.extend(["--set".into(), format!("{key}={value}").into()]);
        }
        args
    }

    /// The text of `--help` for the program `bin`.
    pub fn help(bin: &str, components: &[&str]) -> String {
        let (target, about) = if components.is_empty() {
            ("", String::new())
        } else {
            let names = components.join(", ");
            (
                " [COMPONENT|split]",
                format!("{ABOUT_TARGET}  COMPONENT is one of: {names}\n"),
            )
        };
        format!("Usage: {bin}{target} [flags]\n{about}{ABOUT_FLAGS}")
    }
}

impl fmt::Debug for Cli {
    /// Without the values of `--set`: one may be a secret that is still to be refused.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&str> = self.set.iter().map(|(key, _)| key.as_str()).collect();
        f.debug_struct("Cli")
            .field("target", &self.target)
            .field("action", &self.action)
            .field("json", &self.json)
            .field("experiment", &self.experiment)
            .field("profile", &self.profile)
            .field("config_dir", &self.config_dir)
            .field("set", &keys)
            .finish()
    }
}

const ABOUT_TARGET: &str = "
  Without a name, everything runs in this process; `split` starts a process for each component.
";

const ABOUT_FLAGS: &str = "
  chaos FILE         run the experiment in FILE (a build with cargo feature `chaos`), print its
                     verdict, and exit: 0 it holds, 1 it does not, 2 nothing was learned

Flags:
  --profile NAME     rules and file to use: dev, prod or your own (CHASSIS_PROFILE)
  --config-dir DIR   folder of chassis.toml and chassis.NAME.toml (CHASSIS_CONFIG_DIR)
  --set KEY=VALUE    set one key, above all other sources; repeatable; not for secrets
  --config           print the effective values, each with its source, and exit
  --settings         print a chassis.toml with every key at its default, and exit
  --check            say whether the configuration is good, and exit
  --hexagon          print the service and its ports as a drawing (SVG), and exit
  --probe            ask the running service whether it is ready (exit code 0), and exit
  --doctor [--json]  say what keeps this service from running well here, and exit
  --help, -h         print this
  --version, -V      print the version

Sources, each above the one before: defaults, chassis.toml, chassis.NAME.toml, .env (dev only),
OTEL_* and RUST_LOG, CHASSIS_* (http.listen is CHASSIS_HTTP__LISTEN), --set.

Exit codes: 0 clean, 78 bad configuration or arguments, 69 a required dependency is missing,
70 a bug; --doctor ends with 1 where it only warns.
";

#[derive(Default)]
struct Parser<'a> {
    components: &'a [&'a str],
    named: bool,
    cli: Cli,
    findings: Findings,
}

impl Parser<'_> {
    fn take(&mut self, arg: &str, rest: &mut std::slice::Iter<'_, OsString>) {
        let (flag, inline) = match arg.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (arg, None),
        };
        match flag {
            "--profile" | "--config-dir" | "--set" => {
                if let Some(value) = self.value(flag, inline, rest) {
                    self.valued(flag, value);
                }
            }
            // What cargo and others pass between their arguments and ours.
            "--" => {}
            "chaos" => self.experiment(rest),
            _ if !flag.starts_with('-') => self.target(flag),
            _ => self.plain(flag, inline.as_deref()),
        }
    }

    fn value(
        &mut self,
        flag: &str,
        inline: Option<String>,
        rest: &mut std::slice::Iter<'_, OsString>,
    ) -> Option<String> {
        if inline.is_some() {
            return inline;
        }
        // A flag in the place of a value is a forgotten value.
        let next = rest.as_slice().first().and_then(|next| next.to_str());
        if let Some(value) = next.filter(|next| !FLAGS.contains(next)) {
            rest.next();
            return Some(value.to_owned());
        }
        let wanted = match flag {
            "--set" => "KEY=VALUE",
            "--profile" => "NAME, such as --profile dev",
            "--config-dir" => "FOLDER, such as --config-dir /etc/greeter",
            "chaos" => "EXPERIMENT.toml",
            _ => "a value",
        };
        self.findings.add(
            Finding::new("", format!("{flag} lacks its value"))
                .at(Origin::Argument(flag.to_owned()))
                .expected(format!("{flag} {wanted}")),
        );
        None
    }

    fn valued(&mut self, flag: &str, value: String) {
        match flag {
            "--profile" => self.cli.profile = Some(value),
            "--config-dir" => self.cli.config_dir = Some(PathBuf::from(value)),
            _ => match value.split_once('=') {
                Some((key, value)) if !key.is_empty() => {
                    self.cli.set.push((key.to_owned(), value.to_owned()));
                }
                // The text may be a secret, so it isn't repeated.
                _ => self.findings.add(
                    Finding::new("", "--set without a key and an equals sign")
                        .at(Origin::Argument("--set".to_owned()))
                        .expected("--set KEY=VALUE, such as --set http.listen=127.0.0.1:9000"),
                ),
            },
        }
    }

    fn experiment(&mut self, rest: &mut std::slice::Iter<'_, OsString>) {
        let file = self.value("chaos", None, rest);
        self.cli.experiment = file.map(PathBuf::from);
    }

    fn plain(&mut self, flag: &str, inline: Option<&str>) {
        let action = match flag {
            "--config" => Action::Config,
            "--settings" => Action::Settings,
            "--check" => Action::Check,
            "--hexagon" => Action::Hexagon,
            "--probe" => Action::Probe,
            "--doctor" => Action::Doctor,
            "--json" => {
                self.cli.json = true;
                Action::Run
            }
            "--help" | "-h" => Action::Help,
            "--version" | "-V" => Action::Version,
            _ => return self.findings.add(unknown_flag(flag)),
        };
        if inline.is_some() {
            let problem = format!("{flag} takes no value");
            let finding = Finding::new("", problem).at(Origin::Argument(flag.to_owned()));
            self.findings
                .add(finding.mend(format!("write {flag} alone")));
        }
        // Help wins over everything, then the version; otherwise the first one said.
        let rank = |action| {
            [Action::Help, Action::Version]
                .iter()
                .position(|a| *a == action)
        };
        let current = self.cli.action;
        if current == Action::Run || rank(action).unwrap_or(9) < rank(current).unwrap_or(9) {
            self.cli.action = action;
        }
    }

    fn target(&mut self, name: &str) {
        let finding = |problem: &str| {
            Finding::new("", format!("{problem} `{name}`")).at(Origin::Argument(name.to_owned()))
        };
        if self.named {
            return self
                .findings
                .add(finding("one name too many:").mend("name one component"));
        }
        self.named = true;
        self.cli.target = match name {
            "split" if !self.components.is_empty() => Target::Split,
            _ if self.components.contains(&name) => Target::Component(name.to_owned()),
            _ if self.components.is_empty() => {
                let mend = "this program is one service; see --help for its flags";
                return self.findings.add(finding("unexpected argument").mend(mend));
            }
            _ => {
                let known: Vec<&str> = self.components.iter().copied().chain(["split"]).collect();
                let mut finding = finding("unknown component").expected(either(&known));
                if let Some(near) = nearest(name, known.iter().copied()) {
                    finding = finding.mend(format!("did you mean `{near}`?"));
                }
                return self.findings.add(finding);
            }
        };
    }
}

fn unknown_flag(flag: &str) -> Finding {
    let finding = Finding::new("", format!("unknown flag {flag}"))
        .at(Origin::Argument(flag.to_owned()))
        .expected(either(&FLAGS));
    match nearest(flag, FLAGS) {
        Some(near) => finding.mend(format!("did you mean {near}?")),
        None => finding.mend("keys are set with --set KEY=VALUE"),
    }
}

fn not_text(arg: &OsString) -> Finding {
    Finding::new("", "an argument is not UTF-8")
        .at(Origin::Argument(arg.to_string_lossy().into_owned()))
        .mend("write it in UTF-8")
}
