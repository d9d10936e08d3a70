//! The SQL store, opened for reading: whether it is whole, how it is kept, and what the start would
//! migrate.

use std::path::Path;

use super::super::super::component::NeededStore;
use super::super::finding::Finding;
use super::super::patient::Patient;
use crate::store::{Sqlite, State};

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let stores = patient.composed.needs().stores.clone();
    let mut found = Vec::new();
    for store in &stores {
        found.extend(one(patient, store).await);
    }
    if found.is_empty() {
        found.push(Finding::ok("store.unused", "the service opens none"));
    }
    found
}

async fn one(patient: &Patient, needed: &NeededStore) -> Vec<Finding> {
    let file = match Sqlite::file(&needed.settings, &needed.default_file) {
        Ok(Some(file)) => file,
        Ok(None) => {
            let what = "the store is kept in memory (store.url)";
            let finding = Finding::in_prod(patient.is_prod(), "store.memory", what);
            let finding = finding.why("everything in it ends with the process");
            return vec![finding.mend("store.url = 'sqlite:PATH', or leave it unset")];
        }
        Err(error) => {
            let finding = Finding::failed("store.url", error.to_string(), error.exit_code());
            return vec![
                finding
                    .why("the service does not start")
                    .mend("store.url = 'sqlite:PATH'"),
            ];
        }
    };
    if !file.exists() {
        let what = format!(
            "{} is made at the start; migrations to apply: {}",
            file.display(),
            needed.migrations.len()
        );
        return vec![Finding::ok("store.new", what)];
    }
    let began = patient.env.now();
    let asked = Sqlite::looked_at(&needed.settings, &needed.default_file);
    let state = match asked {
        Ok(store) => store.state().await,
        Err(error) => Err(error),
    };
    let took = patient.env.now().saturating_duration_since(began);
    match state {
        Ok(state) => {
            let mut found = migrations(needed, &file, &state);
            let what = format!(
                "{} (SQLite {}, journal {}) read in {} ms, migrations applied: {}",
                file.display(),
                state.version,
                state.journal,
                took.as_millis(),
                state.applied.len()
            );
            found.insert(0, Finding::ok("store.open", what).took(took));
            found
        }
        Err(error) => vec![
            Finding::missing("store.broken", format!("{}: {error}", file.display()))
                .why("the service does not start")
                .mend(format!(
                    "sqlite3 {} 'PRAGMA integrity_check' says more; restore a copy of it",
                    file.display()
                )),
        ],
    }
}

fn migrations(needed: &NeededStore, file: &Path, state: &State) -> Vec<Finding> {
    let mut found = Vec::new();
    let known = |version: i64| needed.migrations.iter().find(|(own, ..)| *own == version);
    for applied in &state.applied {
        let version = applied.version;
        let finding = match known(version) {
            Some((.., checksum)) if *checksum == applied.checksum && applied.success => continue,
            Some((_, name, _)) if !applied.success => Finding::missing(
                "store.dirty",
                format!("migration {version} ({name}) was begun and not ended"),
            )
            .mend(format!(
                "see what of it is in {}, then delete its row in _sqlx_migrations",
                file.display()
            )),
            Some((_, name, _)) => Finding::missing(
                "store.changed",
                format!("migration {version} ({name}) is not the one that was applied"),
            )
            .mend("put its old text back, and what changed into a new migration"),
            None if needed.migrations.is_empty() => continue,
            None => Finding::missing(
                "store.newer",
                format!("migration {version} was applied, and this program does not know it"),
            )
            .mend("run the release that brought it, or a newer one"),
        };
        found.push(finding.why("migrating fails: the service does not start"));
    }
    let is_applied = |version: i64| {
        state
            .applied
            .iter()
            .any(|applied| applied.version == version)
    };
    let pending: Vec<String> = needed
        .migrations
        .iter()
        .filter(|(version, ..)| !is_applied(*version))
        .map(|(version, name, _)| format!("{version} ({name})"))
        .collect();
    if !pending.is_empty() {
        found.push(
            Finding::note(
                "store.pending",
                format!("migrations to come at the start: {}", pending.join(", ")),
            )
            .why("instances of the old release work on the new schema while they are replaced"),
        );
    }
    found
}
