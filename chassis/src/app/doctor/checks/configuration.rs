//! The configuration: every finding of it, and whether the service can be composed with it.

use super::super::finding::Finding;
use super::super::patient::Patient;
use crate::config::Origin;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let mut found = patient.composing.clone();
    for odd in patient.config.notes().iter() {
        let what = match odd.origin() {
            Some(origin) => format!("{} ({origin})", odd.problem()),
            None => odd.problem().to_owned(),
        };
        let note = Finding::note("configuration.odd", what);
        found.push(match odd.advice() {
            Some(mend) => note.mend(mend),
            None => note,
        });
    }
    if patient.composing.is_empty() {
        found.insert(0, Finding::ok("configuration.good", summary(patient)));
    }
    found
}

/// `values that are set: 3 (chassis.toml 2, arguments 1); the rest are defaults`.
fn summary(patient: &Patient) -> String {
    let mut places: Vec<(String, usize)> = Vec::new();
    for row in patient.config.effective() {
        let place = match row.origin() {
            Origin::Default => continue,
            Origin::File { path, .. } => path.clone(),
            Origin::Variable(_) => "variables".to_owned(),
            Origin::Argument(_) => "arguments".to_owned(),
        };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, count)) => *count += 1,
            None => places.push((place, 1)),
        }
    }
    let count: usize = places.iter().map(|(_, count)| count).sum();
    let places: Vec<String> = places
        .iter()
        .map(|(place, count)| format!("{place} {count}"))
        .collect();
    match count {
        0 => "nothing is set, all values are defaults".to_owned(),
        _ => format!(
            "values that are set: {count} ({}); the rest are defaults",
            places.join(", ")
        ),
    }
}
