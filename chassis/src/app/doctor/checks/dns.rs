//! The names in the configured URLs: whether they resolve, and how long that takes.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::collector;

/// Longer than a name server on the same network takes.
const SLOW: Duration = Duration::from_millis(500);

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let names = names(patient);
    if names.is_empty() {
        return vec![Finding::ok(
            "dns.unused",
            "no URL names a host that has to be looked up",
        )];
    }
    let mut looking = JoinSet::new();
    for (host, (required, used)) in names {
        let env = patient.env.clone();
        looking.spawn(async move {
            let began = env.now();
            // Within this check's limit, so that each name has its own word.
            let answer = tokio::time::timeout(Duration::from_secs(4), lookup(&host)).await;
            let took = env.now().saturating_duration_since(began);
            judge(&host, &used.join(", "), required, answer.ok(), took)
        });
    }
    let mut found = looking.join_all().await;
    found.sort_by(|a, b| a.what.cmp(&b.what));
    found
}

/// The hosts to look up: whether somebody requires each, and which keys name it.
fn names(patient: &Patient) -> BTreeMap<String, (bool, Vec<String>)> {
    let mut names: BTreeMap<String, (bool, Vec<String>)> = BTreeMap::new();
    let mut add = |host: &str, required: bool, key: String| {
        let entry = names.entry(host.to_owned()).or_default();
        entry.0 |= required;
        if !entry.1.contains(&key) {
            entry.1.push(key);
        }
    };
    for remote in patient.remotes() {
        for address in remote
            .addresses
            .iter()
            .filter(|address| address.socket().is_none())
        {
            add(
                address.host(),
                remote.required,
                format!("client.{}.url", remote.contract),
            );
        }
    }
    if let Some(address) = collector::address(patient)
        && address.socket().is_none()
    {
        add(address.host(), false, "traces.url".to_owned());
    }
    names
}

async fn lookup(host: &str) -> Result<usize, String> {
    let found = tokio::net::lookup_host((host, 0)).await;
    let found = found.map_err(|error| error.to_string())?;
    Ok(found.count())
}

type Answer = Option<Result<usize, String>>;

fn judge(host: &str, used: &str, required: bool, answer: Answer, took: Duration) -> Finding {
    let finding = match answer {
        Some(Ok(count)) if count > 0 && took <= SLOW => {
            return Finding::ok(
                "dns.resolved",
                format!("{host} resolves in {} ms", took.as_millis()),
            )
            .took(took);
        }
        Some(Ok(count)) if count > 0 => {
            let what = format!("{host} took {} ms to resolve ({used})", took.as_millis());
            Finding::warning("dns.slow", what)
                .why("each new connection waits for it, and connect_timeout counts it")
                .mend("ask a name server nearby; in Kubernetes end the name with a dot, so that no search domain is tried first")
        }
        Some(Ok(_)) => unresolved(host, used, required, "it has no address"),
        Some(Err(why)) => unresolved(host, used, required, &why),
        None => unresolved(host, used, required, "no name server answered"),
    };
    finding.took(took)
}

fn unresolved(host: &str, used: &str, required: bool, why: &str) -> Finding {
    Finding::away(
        required,
        "dns.unresolved",
        format!("{host} does not resolve ({used}): {why}"),
    )
    .why("every connection to it fails")
    .mend(format!(
        "correct the name in {used}; `getent hosts {host}` asks as the service does"
    ))
}
