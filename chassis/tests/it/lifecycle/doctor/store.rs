//! The store, which is looked at and not changed.

use std::path::Path;

use super::super::process::{Process, command};
use super::{Found, Visit, WELL, visit_in_prod};

/// A folder with the store of a patient that ran with this many migrations.
fn ran_with(migrations: u32) -> Process {
    let mut ran = Process::start(
        "patient",
        &["--set", &format!("patient.migrations={migrations}")],
    );
    ran.address_of("patient", "admin");
    ran.signal("INT");
    assert_eq!(ran.end().0, Some(0), "{}", ran.err());
    ran
}

fn look(folder: &Path, args: &[&str]) -> Found {
    // A folder of its own to be removed, over the same state.
    let own = super::folder_with(&[]);
    let mut command = command(&own, "patient");
    command.env("XDG_STATE_HOME", folder.join("state"));
    Visit {
        folder: own,
        command,
    }
    .args(&WELL)
    .args(args)
    .found()
}

/// Every file of the store, with its content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("state/chassis/patient"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_store_is_read_and_what_is_to_come_is_said() {
    let ran = ran_with(1);
    let before = files(&ran.folder);
    let found = look(&ran.folder, &["--set", "patient.migrations=1"]);
    found.is_well();
    assert!(
        found.one("store.open")["what"]
            .as_str()
            .unwrap()
            .contains("SQLite 3.")
    );
    assert!(!found.has("store.pending"));
    let found = look(&ran.folder, &["--set", "patient.migrations=3"]);
    found.is_well();
    let pending = found.one("store.pending")["what"].as_str().unwrap();
    assert!(pending.contains("2 (step 2), 3 (step 3)"), "{pending}");
    assert!(files(&ran.folder) == before, "the doctor changed something");
}

#[test]
fn a_store_that_is_open_is_read_beside_its_user() {
    let mut runs = Process::start("patient", &["--set", "patient.migrations=2"]);
    runs.address_of("patient", "admin");
    let found = look(&runs.folder, &["--set", "patient.migrations=2"]);
    found.is_well();
    let open = found.one("store.open")["what"].as_str().unwrap();
    assert!(
        open.contains("journal wal") && open.contains("applied: 2"),
        "{open}"
    );
}

#[test]
fn migrations_that_do_not_fit_are_69() {
    let ran = ran_with(2);
    let args = [
        "--set",
        "patient.migrations=2",
        "--set",
        "patient.rewritten=true",
    ];
    let found = look(&ran.folder, &args);
    found.says("store.changed", "error", &["migration 1 (step 1)"]);
    assert_eq!(found.code, 69);
    let found = look(&ran.folder, &["--set", "patient.migrations=1"]);
    found.says("store.newer", "error", &["migration 2"]);
}

#[test]
fn a_file_that_is_no_store_is_69() {
    let ran = ran_with(1);
    std::fs::write(
        ran.folder.join("state/chassis/patient/patient.sqlite"),
        [b'x'; 8192],
    )
    .unwrap();
    let found = look(&ran.folder, &["--set", "patient.migrations=1"]);
    found.says(
        "store.broken",
        "error",
        &["patient.sqlite", "not a database"],
    );
    assert_eq!(found.code, 69);
}

#[test]
fn a_store_in_memory_is_none_for_prod() {
    let args = [
        "--set",
        "patient.migrations=1",
        "--set",
        "store.url=sqlite::memory:",
    ];
    let found = visit_in_prod(&args).found();
    found.says("store.memory", "warning", &["in memory"]);
}

#[tokio::test]
async fn a_migration_that_was_not_ended_is_69() {
    let ran = ran_with(2);
    let file = ran.folder.join("state/chassis/patient/patient.sqlite");
    let pool = sqlx::SqlitePool::connect(file.to_str().unwrap())
        .await
        .unwrap();
    let begun = "UPDATE _sqlx_migrations SET success = 0 WHERE version = 2";
    sqlx::query(begun).execute(&pool).await.unwrap();
    pool.close().await;
    let found = look(&ran.folder, &["--set", "patient.migrations=2"]);
    found.says(
        "store.dirty",
        "error",
        &["migration 2 (step 2)", "not ended"],
    );
    assert_eq!(found.code, 69);
}

#[test]
fn a_url_of_another_database_is_78() {
    let args = [
        "--set",
        "patient.migrations=1",
        "--set",
        "store.url=postgres://db/patient",
    ];
    let found = super::visit(&args).found();
    found.says("store.url", "error", &["postgres", "sqlite"]);
    assert_eq!(found.code, 78);
}
