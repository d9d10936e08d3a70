//! The experiment's file: load, steady state, fault, expectation.

use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::settings::FaultSettings;
use crate::app::Composition;
use crate::config::{Cli, Config, Defaults, Finding, Findings, HumanDuration, Inputs, Origin};
use crate::policy::chaos::Rule;
use crate::{Error, Result};

/// An experiment, as its file says.
#[derive(Debug)]
pub(super) struct Experiment {
    pub(super) title: String,
    pub(super) seed: u64,
    pub(super) service: Option<String>,
    pub(super) request: Template,
    pub(super) steady: Expected,
    pub(super) rule: Rule,
    pub(super) expect: Expected,
    pub(super) recovery: Duration,
}

/// The request that comes again and again.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) request: Request<Bytes>,
    /// Between two of them.
    pub(super) pace: Duration,
}

/// What is expected of a phase.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) time: Duration,
    pub(super) success: f64,
    pub(super) p99: Duration,
}

/// `[experiment]`
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct ExperimentTable {
    title: String,
    seed: u64,
    /// The component that the fault's contract is served by, where it isn't called as the contract.
    service: Option<String>,
}

/// `[load]`
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LoadTable {
    #[serde(default = "get")]
    method: String,
    path: String,
    /// JSON, as it is sent.
    #[serde(default)]
    body: Option<String>,
    /// Requests a second.
    rate: f64,
}

/// `[steady]`
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SteadyTable {
    time: HumanDuration,
    success: f64,
    p99: HumanDuration,
}

/// `[expect]`
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExpectTable {
    time: HumanDuration,
    success: f64,
    p99: HumanDuration,
    recovery: HumanDuration,
}

fn get() -> String {
    "GET".to_owned()
}

impl Experiment {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it can't be read; with every finding in it, each with its line.
    pub(super) fn read(path: &Path, inputs: &Inputs) -> Result<Self> {
        let name = path.display().to_string();
        let text = content(path, inputs).map_err(|error| {
            Error::configuration(format!(
                "cannot read the experiment {name}: {error}; the path is seen from the folder that \
                 the program was started in, or with `cargo run` from its package's"
            ))
        })?;
        parse(text).map_err(|findings| Error::configuration(named(&findings, &name)))
    }

    /// The service that the fault's calls go to.
    pub(super) fn target(&self, composition: &Composition) -> String {
        let port = &self.rule.port;
        let own = composition.process_name();
        match &self.service {
            Some(service) => service.clone(),
            None if composition.has(port) => port.clone(),
            None => own,
        }
    }
}

/// The file's content. `cargo run -p shop` says where the package lies, and who types the name of one
/// of its files means that.
fn content(path: &Path, inputs: &Inputs) -> io::Result<Vec<u8>> {
    let here = inputs.read(path);
    match (&here, inputs.variable("CARGO_MANIFEST_DIR")) {
        (Err(error), Some(package)) if error.kind() == io::ErrorKind::NotFound => {
            inputs.read(&Path::new(package).join(path)).or(here)
        }
        _ => here,
    }
}

/// The file is read as configuration is: checked against its schema, with the place of each finding.
fn parse(text: Vec<u8>) -> Result<Experiment, Findings> {
    let inputs = Inputs::none().file("chassis.toml", text);
    let config = Config::load(&inputs, &Cli::default(), &Defaults::new("experiment"))?;
    let (about, load) = (config.section("experiment"), config.section("load"));
    let (steady, fault) = (config.section("steady"), config.section("fault"));
    let expect = config.section("expect");
    config.check()?;
    let about: ExperimentTable = about?;
    let (steady, expect): (SteadyTable, ExpectTable) = (steady?, expect?);
    let (load, fault): (LoadTable, FaultSettings) = (load?, fault?);
    let rule = fault.rule("experiment");
    if let Err(mistake) = rule.check() {
        say(&config, &format!("fault.{}", mistake.key), mistake.reason);
    }
    for (key, share) in [
        ("steady.success", steady.success),
        ("expect.success", expect.success),
    ] {
        if !(0.0..=1.0).contains(&share) {
            say(&config, key, "must be a share: 0 to 1");
        }
    }
    for (key, time) in [("steady.time", *steady.time), ("expect.time", *expect.time)] {
        if time.is_zero() {
            say(&config, key, "must be more than 0");
        }
    }
    let request = template(&load, &config);
    config.check()?;
    Ok(Experiment {
        title: about.title,
        seed: about.seed,
        service: about.service,
        // Without findings there is one.
        request: request.unwrap_or_else(|| Template {
            request: Request::default(),
            pace: Duration::from_secs(1),
        }),
        steady: Expected {
            time: *steady.time,
            success: steady.success,
            p99: *steady.p99,
        },
        rule,
        expect: Expected {
            time: *expect.time,
            success: expect.success,
            p99: *expect.p99,
        },
        recovery: *expect.recovery,
    })
}

/// The request; what is wrong with it is reported.
fn template(load: &LoadTable, config: &Config) -> Option<Template> {
    if !(load.rate > 0.0 && load.rate <= 10_000.0) {
        say(
            config,
            "load.rate",
            "must be more than 0 and at most 10000 a second",
        );
        return None;
    }
    let Ok(method) = load.method.parse::<Method>() else {
        say(config, "load.method", "is no method");
        return None;
    };
    let body = load.body.clone().unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(&load.path)
        .header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )
        .body(Bytes::from(body));
    match request {
        Ok(request) if load.path.starts_with('/') => Some(Template {
            request,
            pace: Duration::from_secs_f64(1.0 / load.rate),
        }),
        _ => {
            say(config, "load.path", "must be a path: /v1/orders");
            None
        }
    }
}

fn say(config: &Config, key: &str, problem: &str) {
    let rows = config.effective();
    let finding = Finding::new(key, problem);
    let section = key.split('.').next().unwrap_or(key);
    let row = rows.iter().find(|row| row.key() == key).or_else(|| {
        let mut near = rows.iter().filter(|row| !row.is_default());
        near.find(|row| row.key().starts_with(section))
    });
    config.report(match row {
        Some(row) => finding.at(row.origin().clone()),
        None => finding,
    });
}

/// The findings with the name of the file that they are in.
fn named(findings: &Findings, name: &str) -> Findings {
    let mut named = Findings::new();
    for finding in findings.iter() {
        let finding = finding.clone();
        named.add(match finding.origin().cloned() {
            Some(Origin::File { line, column, .. }) => finding.at(Origin::File {
                path: name.to_owned(),
                line,
                column,
            }),
            _ => finding.at(Origin::File {
                path: name.to_owned(),
                line: 0,
                column: 0,
            }),
        });
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
[experiment]
title = 'A slow warehouse'
[load]
method = 'POST'
path = '/v1/orders'
body = '{}'
rate = 20
[steady]
time = '2s'
success = 0.99
p99 = '500ms'
[fault]
port = 'inventory'
fault = 'latency'
delay = '300ms'
share = 0.5
[expect]
time = '5s'
success = 0.99
p99 = '800ms'
recovery = '3s'
";

    #[test]
    fn a_file_is_read() {
        let experiment = parse(GOOD.as_bytes().to_vec()).unwrap();
        assert_eq!(experiment.title, "A slow warehouse");
        assert_eq!(experiment.request.pace, Duration::from_millis(50));
        assert_eq!(experiment.request.request.method(), Method::POST);
        assert_eq!(
            experiment.rule.to_string(),
            "latency of 300ms, 50 % of calls to inventory"
        );
        assert_eq!(experiment.recovery, Duration::from_secs(3));
    }

    #[test]
    fn what_is_wrong_is_said_with_file_and_line() {
        let cases = [
            (
                "share = 0.5",
                "share = 1.5",
                "at.toml:17",
                "must be more than 0 and at most 1",
            ),
            ("rate = 20", "rate = 0", "at.toml:8", "a second"),
            (
                "fault = 'latency'",
                "fault = 'lateny'",
                "at.toml:15",
                "latency",
            ),
            ("delay = '300ms'", "dealy = '300ms'", "at.toml:16", "delay"),
            ("[expect]", "[expects]", "at.toml:18", "expects"),
            (
                "path = '/v1/orders'",
                "path = 'v1/orders'",
                "at.toml:6",
                "must be a path",
            ),
        ];
        for (good, bad, place, word) in cases {
            let text = GOOD.replace(good, bad);
            let findings = parse(text.into_bytes()).unwrap_err();
            let said = named(&findings, "at.toml").to_string();
            assert!(said.contains(place) && said.contains(word), "{bad}: {said}");
        }
    }
}
