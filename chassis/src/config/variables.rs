//! `CHASSIS_*` variables, of the process and of `.env`.

use std::ffi::OsStr;

use figment::value::{Dict, Value};

use super::layer::{Layer, Path};
use super::names::{fold, nearest, variable};
use super::origin::Place;
use super::{Finding, Findings, Origin};

/// Variables that aren't keys: they say where the keys are.
const RESERVED: [&str; 2] = ["CHASSIS_PROFILE", "CHASSIS_CONFIG_DIR"];

/// Whether the variable says where the keys are.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Puts one variable into `layer`, if it is one of ours. `below` are the values of the lower
/// layers: a name that they spell `max-body` is found by `MAX_BODY`.
pub(super) fn take(
    layer: &mut Layer,
    (name, value): (&str, &OsStr),
    origin: Origin,
    below: &Dict,
    findings: &mut Findings,
) {
    let Some(rest) = name.strip_prefix("CHASSIS_") else {
        return;
    };
    if is_reserved(name) || is_service_link(rest) {
        return;
    }
    let segments: Vec<String> = rest.split("__").map(fold).collect();
    if segments.len() < 2 || segments.iter().any(String::is_empty) {
        return findings.add(names_no_key(name, origin, below));
    }
    let key = segments.join(".");
    let Some(text) = value.to_str() else {
        let finding = Finding::new(key, "the value is not UTF-8").at(origin);
        return findings.add(finding.mend("set the variable in UTF-8"));
    };
    let path = align(&segments, below);
    if !layer.set(&path, Value::from(text), Place::of(origin.clone())) {
        let problem = "set both as a value and as a table";
        findings.add(
            Finding::new(key, problem)
                .at(origin)
                .mend("remove one of the two"),
        );
    }
}

/// What Kubernetes invents for a service called `chassis` or `chassis-…` (service links):
/// `CHASSIS_SERVICE_HOST`, `CHASSIS_PORT_8080_TCP_ADDR`, … A key of ours has two underscores.
fn is_service_link(rest: &str) -> bool {
    let link = |text: &str| {
        matches!(text, "SERVICE_HOST" | "PORT")
            || text == "SERVICE_PORT"
            || text.starts_with("SERVICE_PORT_")
            || text.strip_prefix("PORT_").is_some_and(is_port_of_link)
    };
    let tails = rest.match_indices('_').map(|(at, _)| &rest[at + 1..]);
    !rest.contains("__") && std::iter::once(rest).chain(tails).any(link)
}

/// `8080_TCP`, `8080_TCP_ADDR`, `53_UDP_PROTO`, …
fn is_port_of_link(text: &str) -> bool {
    let mut parts = text.split('_');
    let port = parts.next().unwrap_or_default();
    !port.is_empty()
        && port.chars().all(|c| c.is_ascii_digit())
        && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
}

fn names_no_key(name: &str, origin: Origin, below: &Dict) -> Finding {
    let finding = Finding::new("", format!("{name} names no key"))
        .at(origin)
        .expected("CHASSIS_SECTION__KEY, two underscores between levels, or CHASSIS_PROFILE");
    let rest = name.trim_start_matches("CHASSIS_");
    let section = rest.split('_').next().unwrap_or_default();
    // A section alone is no slip of the profile.
    let near = nearest(name, RESERVED).filter(|near| strsim::damerau_levenshtein(near, name) <= 2);
    if let Some(near) = near {
        finding.mend(format!("did you mean {near}?"))
    } else if rest.contains('_') && (!rest.contains("__") || below.contains_key(&fold(section))) {
        let key = rest.replacen("__", "_", 1).replacen('_', ".", 1);
        finding.mend(format!(
            "did you mean {}? Otherwise remove it",
            variable(&key)
        ))
    } else {
        finding.mend(format!(
            "remove it, or name a key of a section: {name}__KEY"
        ))
    }
}

/// The path with each segment spelled as the layers below spell it.
fn align(segments: &[String], below: &Dict) -> Path {
    let mut dict = Some(below);
    let mut path = Path::new();
    for segment in segments {
        let entry = dict.and_then(|dict| {
            dict.get_key_value(segment)
                .or_else(|| dict.iter().find(|(key, _)| fold(key) == *segment))
        });
        path.push(entry.map_or(segment, |(key, _)| key).clone());
        dict = entry.and_then(|(_, value)| value.as_dict());
    }
    path
}
