//! The configuration, and composing with it.

use super::{visit, visit_with};

#[test]
fn every_finding_of_the_configuration_is_one_of_the_doctor() {
    let text = "[http]\nlisen = '127.0.0.1:0'\n[patient]\nseries = 'many'\n";
    let found = visit_with(&[("chassis.toml", text)], &["--set", "stop.drain=soon"]).found();
    assert_eq!(found.code, 78, "{:#}", found.report);
    let whats: Vec<&str> = found
        .all()
        .filter(|finding| finding["id"] == "configuration.finding")
        .map(|finding| finding["what"].as_str().unwrap())
        .collect();
    for part in ["http.lisen", "patient.series", "stop.drain"] {
        assert!(
            whats.iter().any(|what| what.contains(part)),
            "{part}: {whats:?}"
        );
    }
    // The rest is looked at all the same.
    assert!(found.has("ports.free") && found.has("disk.writable"));
}

#[test]
fn a_file_that_cannot_be_read_is_all_that_is_said() {
    let found = visit_with(&[("chassis.toml", "[http]\nlisten = \n")], &[]).found();
    assert_eq!(found.code, 78);
    found.says(
        "configuration.finding",
        "error",
        &["not TOML", "chassis.toml:2:"],
    );
    assert_eq!(found.report["checks"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unknown_scheme_is_a_finding() {
    let found = visit(&["--set", "traces.url=pigeon://x"]).found();
    assert_eq!(found.code, 78);
    found.says("configuration.telemetry", "error", &["pigeon", "otlp+http"]);
}

#[test]
fn a_root_that_does_not_come_to_its_end_is_a_finding() {
    for (ends, code, words) in [
        ("error", 69, "on fire"),
        ("panic", 70, "panicked"),
        ("hang", 69, "did not end within 200ms"),
    ] {
        let ends = format!("patient.ends={ends}");
        let args = ["--set", &ends, "--set", "doctor.timeout=200ms"];
        let found = visit(&args).found();
        found.says("configuration.composing", "error", &[words]);
        assert_eq!(found.code, code, "{:#}", found.report);
    }
}

#[test]
fn what_is_odd_is_a_note() {
    let found = visit(&["--profile", "prodd"]).found();
    assert_eq!(found.one("configuration.odd")["status"], "note");
}

#[test]
fn a_debug_build_is_none_for_prod() {
    let found = super::visit_in_prod(&[]).found();
    // The tests' own build is one.
    found.says("versions.debug", "warning", &["debug build", "prod"]);
    assert_eq!(found.code, 1);
}

#[test]
fn json_belongs_to_the_doctor() {
    let (code, _) = {
        let folder = super::folder_with(&[]);
        let mut command = super::command(&folder, "patient");
        command.arg("--json");
        let mut process = super::Process::piped(folder, command);
        let ended = process.end();
        assert!(
            process.err().contains("--doctor --json"),
            "{}",
            process.err()
        );
        ended
    };
    assert_eq!(code, Some(78));
}

#[test]
fn a_route_that_is_served_twice_is_a_finding() {
    let found = visit(&["--set", "patient.twice=true"]).found();
    found.says("configuration.routes", "error", &["GET", "/v1/visits"]);
    // The program's own mistake.
    assert_eq!(found.code, 70);
}

#[test]
fn the_compiler_is_named() {
    let found = visit(&[]).found();
    let known = found.one("versions.known")["what"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(known.contains("debug build by Rust 1."), "{known}");
}
