//! [`examine`]: composes the service, looks at everything, says what was found.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::OnceCell;

use super::super::boot::{self, Read};
use super::super::chassis::Composition;
use super::super::component::{Composed, Purpose};
use super::super::compose::{Composite, Ground};
use super::super::runtimes::{self, Runtimes};
use super::super::screen::Reader;
use super::super::tasks::Tasks;
use super::super::{print, start};
use super::finding::{Finding, Status};
use super::patient::Patient;
use super::report::{Checked, Report};
use super::round::round;
use super::settings::FailOn;
use crate::config::{Config, Finding as Misconfigured, Findings, Url};
use crate::context::Env;
use crate::discovery::{self, Registry};
use crate::health::Health;
use crate::http::client::Injector;
use crate::{Error, Result};

/// Looks at the service and all that it needs, prints what was found, and gives the exit code that
/// says the worst.
///
/// # Errors
///
/// When no examination was possible: no runtime could be made.
pub(in crate::app) fn examine(
    composition: Composition,
    read: Result<Read, Findings>,
    json: bool,
    began: Instant,
) -> Result<ExitCode> {
    let mut report = Report {
        schema: 1,
        service: composition.process_name(),
        version: composition.version.clone(),
        chassis: env!("CARGO_PKG_VERSION"),
        profile: String::new(),
        took_ms: 0,
        worst: Status::Ok,
        exit_code: 0,
        checks: Vec::new(),
    };
    let mut fail_on = FailOn::default();
    match read {
        Ok(read) => {
            report.profile = read.config.profile().to_owned();
            fail_on = read.settings.doctor.fail_on;
            report.checks = look(composition, read)?;
        }
        Err(findings) => {
            // Without its files, all else would be said of another configuration.
            let findings = findings.iter().map(misconfigured).collect();
            report.checks = vec![Checked::new("configuration", 0, findings)];
        }
    }
    let took = Env::system().now().saturating_duration_since(began);
    report.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let report = report.judged(fail_on);
    let text = match json {
        true => report.json(),
        false => report.text(matches!(Reader::now(), Reader::Person { color: true })),
    };
    print::bytes(text.as_bytes());
    Ok(ExitCode::from(report.exit_code))
}

fn look(composition: Composition, read: Read) -> Result<Vec<Checked>> {
    let (serving, control) = (runtimes::serving()?, runtimes::control()?);
    let runtimes = Runtimes {
        control: control.handle().clone(),
        serving: serving.handle().clone(),
    };
    let checked = control.block_on(async {
        let patient = Arc::new(admit(composition, read, runtimes).await?);
        Ok(round(&patient).await)
    });
    // What hangs is not waited for.
    serving.shutdown_background();
    control.shutdown_background();
    checked
}

/// Composes the service with adapters that change nothing.
async fn admit(composition: Composition, read: Read, runtimes: Runtimes) -> Result<Patient> {
    let Read { config, settings } = read.clone();
    let env = Env::system();
    let mut composing = Vec::new();
    let telemetry = silent(&composition, read, &env, &mut composing)?;
    let health = Health::new(env.clone());
    let ground = Ground {
        chaos: Injector::default(),
        config: config.clone(),
        telemetry: telemetry.clone(),
        health: health.clone(),
        tasks: Tasks::new(),
        composed: composition.composed,
        purpose: Purpose::Examine,
    };
    let (name, version) = (composition.process_name(), composition.version.clone());
    let limit = *settings.doctor.timeout;
    let roots = ground.run_roots(composition.components, &runtimes);
    let composed =
        match tokio::time::timeout(limit, roots).await {
            Ok((composite, failures)) => {
                composing.extend(found(&config, &failures));
                if failures.is_empty() {
                    composing.extend(routes(&composite, &settings));
                }
                composite.composed
            }
            Err(_) => {
                let what = format!("composing did not end within {limit:?}");
                composing.push(Finding::failed("configuration.composing", what, 69)
                .why("an adapter waits for something; of what comes after it nothing is known")
                .mend("do nothing in a composition root that waits where `app.is_dry_run()`"));
                Arc::new(Composed::default())
            }
        };
    Ok(Patient {
        registry: registry(&config, &settings.registry.url, &env),
        config,
        settings,
        name,
        version,
        runtimes,
        telemetry,
        health,
        composed,
        composing,
        root: "/".into(),
        reached: OnceCell::new(),
        env,
    })
}

/// Telemetry that writes and sends nothing: standard output is the report's.
fn silent(
    composition: &Composition,
    mut read: Read,
    env: &Env,
    composing: &mut Vec<Finding>,
) -> Result<crate::telemetry::Telemetry> {
    // As it is configured, it is only asked whether it can be.
    let wanted = read.settings.telemetry.clone();
    if let Err(error) = crate::telemetry::check(&wanted) {
        composing.push(
            Finding::failed("configuration.telemetry", error.to_string(), 78)
                .why("the service does not start")
                .mend("correct the URL or the level"),
        );
    }
    "off".clone_into(&mut read.settings.telemetry.logs.level);
    read.settings.telemetry.logs.url = Url::bare("stdout");
    read.settings.telemetry.metrics.url = Url::bare("prometheus");
    read.settings.telemetry.traces.url = Url::bare("none");
    boot::telemetry(composition, &read, env.clone())
}

/// What reading and composing found wrong with the configuration, and what kept a root from its
/// end.
fn found(config: &Config, failures: &[Error]) -> Vec<Finding> {
    let findings = match failures.is_empty() {
        true => config.check().err().unwrap_or_default(),
        false => config.findings(),
    };
    let mut all: Vec<Finding> = findings.iter().map(misconfigured).collect();
    for error in failures {
        // What is wrong with a section is among the findings already.
        if error.exit_code() != 78 || all.is_empty() {
            let what = format!("composing fails: {error}");
            let finding = Finding::failed("configuration.composing", what, error.exit_code());
            all.push(finding.why("the service does not start").mend(
                "mend what it says; what only fails because nothing is opened now belongs behind \
                 `app.is_dry_run()`",
            ));
        }
    }
    all
}

fn routes(composite: &Composite, settings: &super::super::settings::Settings) -> Option<Finding> {
    let error = composite.edge(&settings.http, None).err()?;
    let finding = Finding::failed("configuration.routes", error.to_string(), error.exit_code());
    Some(
        finding
            .why("the service does not start")
            .mend("give one of them another path"),
    )
}

/// A finding of the configuration, in our words.
pub(super) fn misconfigured(found: &Misconfigured) -> Finding {
    let mut what = match found.key() {
        "" => found.problem().to_owned(),
        key => format!("{key}: {}", found.problem()),
    };
    if let Some(origin) = found.origin() {
        what += &format!(" ({origin})");
    }
    let parts = [("expected", found.wanted()), ("found", found.shown())];
    let parts = parts
        .iter()
        .filter_map(|(label, part)| Some(format!("{label} {}", (*part)?)));
    let why: Vec<String> = parts
        .chain(["the service does not start".to_owned()])
        .collect();
    let finding = Finding::misconfigured("configuration.finding", what).why(why.join("; "));
    match found.advice() {
        Some(mend) => finding.mend(mend),
        None => finding,
    }
}

/// The registry, where opening it makes nothing.
fn registry(config: &Config, url: &str, env: &Env) -> Option<Arc<dyn Registry>> {
    let opened = start::opened(config, env.clone());
    let is_there = match discovery::folder(url, &opened) {
        Some(folder) => folder.is_dir(),
        None => true,
    };
    is_there
        .then(|| discovery::open(url, &opened).ok())
        .flatten()
}
