//! `shop -- chaos EXPERIMENT.toml`: the verdict, its exit code, and what is said of a bad file.

use std::path::Path;
use std::process::{Command, Output};

const EXPERIMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/slow-inventory.toml");

/// Runs the shop's experiment in `file`.
fn run(file: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shop"))
        .env_remove("CHASSIS_PROFILE")
        .args(["chaos".as_ref(), file.as_os_str()])
        .output()
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let said = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (status.code(), said.concat())
}

/// The example's experiment, changed.
fn changed(changes: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut text = std::fs::read_to_string(EXPERIMENT).unwrap();
    for (good, other) in changes {
        assert!(text.contains(good), "{good}");
        text = text.replace(good, other);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.toml");
    std::fs::write(&file, text).unwrap();
    run(&file)
}

#[test]
fn the_shop_keeps_its_promise_with_a_slow_warehouse() {
    let (code, said) = run(Path::new(EXPERIMENT));
    assert!(said.contains("verdict: it holds"), "{said}");
    assert!(
        said.contains("latency of 300ms, 50 % of calls to inventory"),
        "{said}"
    );
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_promise_that_cannot_be_kept_is_said_to_be_broken() {
    let refused = (
        "fault = \"latency\"\ndelay = \"300ms\"\nshare = 0.5",
        "fault = \"refused\"",
    );
    let (code, said) = changed(&[refused]);
    assert!(said.contains("verdict: it does not hold"), "{said}");
    assert!(said.contains("NOT as expected"), "{said}");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn nothing_is_learned_where_the_fault_hits_nobody() {
    let (code, said) = changed(&[
        (
            "method = \"POST\"\npath = \"/v1/orders\"",
            "method = \"GET\"\npath = \"/v1/orders\"",
        ),
        ("time = \"5s\"", "time = \"1s\""),
    ]);
    assert!(said.contains("the fault hit no call"), "{said}");
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn a_bad_file_is_said_with_its_lines() {
    let (code, said) = changed(&[("share = 0.5", "share = 5"), ("rate = 20", "rat = 20")]);
    assert!(said.contains("changed.toml:12"), "{said}");
    assert!(said.contains("rate"), "{said}");
    assert_eq!(code, Some(78), "{said}");
    let (code, said) = run(Path::new("missing.toml"));
    assert!(
        said.contains("cannot read the experiment missing.toml"),
        "{said}"
    );
    assert_eq!(code, Some(78), "{said}");
}
