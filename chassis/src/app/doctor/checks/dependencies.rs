//! The services that clients lead to, and the service's own checks: each reached, with its time.

use super::super::finding::Finding;
use super::super::patient::{Patient, Remote};
use super::super::reach::{Outcome, Reached};
use crate::health::{CheckReport, CheckState};
use crate::http::client::Target;

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let mut found: Vec<Finding> = patient
        .clients()
        .iter()
        .filter_map(|client| {
            let name = client.contract.name;
            let is_local = matches!(client.target, Some(Target::Local { .. }));
            (is_local && !patient.serves(name)).then(|| nobody_here(name))
        })
        .collect();
    let reached = patient.reached().await;
    for remote in patient.remotes() {
        let mut known = reached
            .iter()
            .filter(|reached| reached.name == remote.contract)
            .peekable();
        if known.peek().is_none() {
            found.push(unknown(patient, &remote));
        }
        found.extend(known.filter_map(|reached| judge(&remote, reached)));
    }
    let settings = patient.settings.health;
    patient
        .health
        .ask_once(settings, &patient.runtimes.serving)
        .await;
    found.extend(patient.health.report().iter().filter_map(asked));
    if found.is_empty() {
        found.push(Finding::ok(
            "dependencies.none",
            "the service calls nobody and checks nothing",
        ));
    }
    found
}

fn nobody_here(contract: &str) -> Finding {
    Finding::misconfigured(
        "dependencies.nobody-here",
        format!("client.{contract}.url: `local:`, but nothing in this process serves {contract}"),
    )
    .why("the service does not start")
    .mend(format!(
        "client.{contract}.url = 'registry:{contract}' or 'http://HOST:PORT'"
    ))
}

/// Nothing is known of where it is.
fn unknown(patient: &Patient, remote: &Remote) -> Finding {
    let (contract, target) = (remote.contract, &remote.target);
    let registry = &patient.settings.registry.url;
    let what = format!(
        "{} ({target}): the registry knows no instance of it ({registry})",
        remote.name()
    );
    let finding = Finding::away(remote.required, "dependencies.no-instance", what)
        .why("its calls fail with 503 until there is one");
    match registry.as_str() {
        "memory:" => finding.mend(format!(
            "`memory:` knows this process only: CHASSIS_CLIENT__{}__URL=http://HOST:PORT, or set registry.url",
            contract.replace('-', "_").to_uppercase()
        )),
        _ => finding.mend(format!("start {contract}; where it has another name: client.{contract}.url = 'registry:NAME'")),
    }
}

fn judge(remote: &Remote, reached: &Reached) -> Option<Finding> {
    let (contract, address) = (remote.contract, &reached.address);
    let (required, took) = (remote.required, reached.took);
    let key = format!("client.{contract}.url");
    let client = remote.name();
    let finding = match &reached.outcome {
        Outcome::Answered { status, .. } => Finding::ok(
            "dependencies.reached",
            format!(
                "{client}: {address} answers in {} ms (HEAD / is {status})",
                took.as_millis()
            ),
        ),
        Outcome::Unreachable(why) => Finding::away(
            required,
            "dependencies.unreachable",
            format!("{client}: {address} is not reached: {why}"),
        )
        .why(match required {
            true => {
                "client.….required: without it the service is not ready, and its start ends with 69"
            }
            false => "its calls fail with 503; our own readiness does not depend on it",
        })
        .mend(format!(
            "start {contract} there, or correct {key}; a firewall answers late or never"
        )),
        Outcome::NoHttp(why) => Finding::away(
            required,
            "dependencies.no-http",
            format!("{client}: {address} does not speak HTTP/1.1: {why}"),
        )
        .why("its calls fail with 502")
        .mend(format!(
            "correct the port in {key}; a port for TLS or gRPC looks like this"
        )),
        // Said by the check of DNS.
        Outcome::Unresolved => return None,
    };
    Some(finding.took(took))
}

/// A check of the service's own.
fn asked(check: &CheckReport) -> Option<Finding> {
    let name = match check.component.as_str() {
        "" => check.name.clone(),
        component => format!("{component}: {}", check.name),
    };
    let took = std::time::Duration::from_millis(check.took_ms);
    match check.state {
        // What was not asked says by itself how it is.
        CheckState::Unknown => None,
        CheckState::Up if check.age_ms.is_none() => None,
        CheckState::Up => Some(
            Finding::ok(
                "dependencies.check-up",
                format!("check {name} is up after {} ms", check.took_ms),
            )
            .took(took),
        ),
        CheckState::Down => {
            let failure = check.failure.as_deref().unwrap_or("it failed");
            let why = match check.required {
                true => "readiness waits for it, and the start ends with 69",
                false => "it is optional: shown, and nothing more",
            };
            Some(
                Finding::away(
                    check.required,
                    "dependencies.check-down",
                    format!("check {name} is down: {failure}"),
                )
                .why(why)
                .mend("see to what it names")
                .took(took),
            )
        }
    }
}
