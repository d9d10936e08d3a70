//! The generated tests, run, and what they say.

use std::path::Path;

use crate::{Result, generate};

/// The tests of a run by their names.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) passed: Vec<String>,
    pub(super) failed: Vec<String>,
}

/// Runs `cargo test` with these arguments.
///
/// # Errors
///
/// When no test ran, as happens when it doesn't compile; the message is what cargo said.
pub(super) fn run(service: &Path, arguments: &[&str]) -> Result<(Outcome, String)> {
    let mut test = generate::cargo(service)?;
    test.args(["test", "--quiet", "--no-fail-fast"])
        .args(arguments);
    // One line a test, also of those that pass.
    test.args(["--", "--format", "pretty"]);
    let output = test.output()?;
    let said = generate::said(&output);
    let outcome = read(&said);
    if outcome == Outcome::default() {
        return Err(format!("no test ran:\n{said}").into());
    }
    if output.status.success() != outcome.failed.is_empty() {
        return Err(format!("cargo test ended with {}:\n{said}", output.status).into());
    }
    Ok((outcome, said))
}

/// `test wire::it_works ... ok`.
fn read(said: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in said.lines() {
        let Some((name, word)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.split_once(" ... "))
        else {
            continue;
        };
        match word {
            "ok" => outcome.passed.push(name.to_owned()),
            "FAILED" => outcome.failed.push(name.to_owned()),
            _ => {}
        }
    }
    outcome
}

#[cfg(test)]
#[test]
fn tests_are_told_apart_by_their_last_word() {
    let outcome =
        read("test a::b ... ok\ntest c ... FAILED\ntest d ... ignored\ntest result: ok.\n");
    assert_eq!(
        (outcome.passed, outcome.failed),
        (vec!["a::b".to_owned()], vec!["c".to_owned()])
    );
}
