//! The report: for people, for machines, for terminals, and without a trace on the disk.

use super::super::process::{Process, command, folder_with};
use super::{WELL, visit, visit_with};

/// Columns that every terminal has.
const WIDTH: usize = 80;

#[test]
fn a_healthy_service_ends_with_0_and_nothing_is_left_behind() {
    let found = visit(&[
        "--set",
        "patient.migrations=1",
        "--set",
        "patient.calls=false",
    ])
    .found();
    found.is_well();
    let left = std::fs::read_dir(&found.process.folder).unwrap();
    assert_eq!(left.count(), 0, "the doctor made something");
    assert_eq!(found.process.err(), "");
}

#[test]
fn the_report_for_machines_keeps_its_form() {
    let report = visit(&[]).found().report;
    for (key, value) in [
        ("schema", 1.into()),
        ("service", "patient".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("chassis", env!("CARGO_PKG_VERSION").into()),
        ("profile", "dev".into()),
        ("exit_code", 0.into()),
    ] {
        let value: serde_json::Value = value;
        assert_eq!(report[key], value, "{key}");
    }
    let names: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "configuration",
            "versions",
            "ports",
            "probe",
            "clock",
            "files",
            "dns",
            "dependencies",
            "store",
            "collector",
            "disk",
            "secrets",
            "resources",
            "stop",
            "cardinality"
        ]
    );
}

#[test]
fn the_report_for_people_is_aligned_and_narrow() {
    let (code, text) = visit(&["--set", "stop.timeout=40s"]).text();
    assert_eq!(code, 1);
    assert!(text.starts_with("patient "), "{text}");
    assert!(
        text.contains("\n  warning  stop           a stop may take 40s"),
        "{text}"
    );
    assert!(
        text.contains("\n                          why   SIGKILL"),
        "{text}"
    );
    assert!(
        text.trim_end()
            .ends_with("exit code 1 (it runs, and will suffer)"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "{text}");
    for line in text.lines().filter(|line| !line.contains("/chassis-it-")) {
        assert!(line.chars().count() <= WIDTH, "{line}");
    }
}

#[test]
fn a_terminal_gets_colours_when_it_wants_them() {
    for (vars, colored) in [
        (&[("TERM", "xterm")][..], true),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], false),
        (&[("TERM", "dumb")], false),
    ] {
        let folder = folder_with(&[]);
        let mut command = command(&folder, "patient");
        command
            .args(WELL)
            .arg("--doctor")
            .envs(vars.iter().copied());
        let mut process = Process::on_terminal(folder, command);
        assert_eq!(process.end().0, Some(0));
        assert_eq!(
            process.out().contains("\u{1b}[32mok"),
            colored,
            "{}",
            process.out()
        );
    }
}

#[test]
fn a_person_who_waits_is_told_for_what() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "client.orders.url=http://{}",
        listener.local_addr().unwrap()
    );
    let folder = folder_with(&[]);
    let mut command = command(&folder, "patient");
    command
        .args(WELL)
        .args(["--doctor", "--set", "patient.calls=true", "--set", &url]);
    let mut process = Process::on_terminal(folder, command);
    process.end();
    assert!(process.out().contains("looking at "), "{}", process.out());
}

#[test]
fn hostile_words_do_no_harm() {
    let text = "[patient]\ncheck = \"up\\u001B[2J\\u202E\"\n\"bad\\u001B[31m\" = 1\n";
    let (code, text) = visit_with(&[("chassis.toml", text)], &[]).text();
    assert_eq!(code, 78, "{text}");
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text}"
    );
    assert!(text.contains("\\u{1b}[31m"), "{text}");
}
