//! The generated tests see what breaks: a rule, a statement, a route and the hexagon, each in turn.

use std::fs;
use std::path::Path;

use super::outcome;
use crate::{Result, command, generate};

/// What is broken, and which test sees it.
struct Break {
    what: &'static str,
    file: &'static str,
    /// Text that the file has once.
    from: &'static str,
    to: &'static str,
    /// The packages whose tests run.
    packages: &'static [&'static str],
    /// The test that must fail, by its whole name.
    test: &'static str,
    /// What its failure must name, so that it failed for this and nothing else.
    names: &'static [&'static str],
}

const BREAKS: [Break; 4] = [
    Break {
        what: "a rule of the domain",
        file: "domain/src/items.rs",
        from: "if kept == item {",
        to: "if kept.id == item.id {",
        // Not the domain alone: for other packages cargo unites other features, and builds all again.
        packages: &["--workspace", "--lib"],
        test: "tests::an_id_is_never_taken_for_another_item",
        names: &["tests.rs"],
    },
    Break {
        what: "an SQL statement",
        file: "service/src/sqlite.rs",
        from: "SELECT id, name, quantity FROM items WHERE id = ?",
        to: "SELECT id, name, quantity FROM items WHERE name = ?",
        packages: &["-p", "billing"],
        test: "tests::in_process::what_was_kept_is_found",
        names: &["UnknownItem"],
    },
    Break {
        what: "a route",
        file: "contract/src/lib.rs",
        from: "#[get(\"/items/{id}\")]",
        to: "#[get(\"/things/{id}\")]",
        packages: &["-p", "billing"],
        test: "tests::wire::a_stranger_speaks_json_over_http",
        names: &["HTTP/1.1 "],
    },
    Break {
        what: "the hexagon",
        file: "domain/Cargo.toml",
        from: "thiserror.workspace = true\n",
        to: "thiserror.workspace = true\ntokio = { workspace = true, features = [\"net\"] }\n",
        packages: &["-p", "billing"],
        test: "tests::hexagon::contract_and_domain_depend_on_nothing_outside",
        names: &["tokio", "billing-domain"],
    },
];

/// Breaks each in turn in the generated default, and mends it.
pub(super) fn check(folder: &Path) -> Result {
    let service = folder.join("billing");
    for broken in &BREAKS {
        let begin = std::time::Instant::now();
        let file = service.join(broken.file);
        let whole = fs::read_to_string(&file)?;
        fs::write(&file, broken.apply(&whole)?)?;
        let seen = broken.seen(&service);
        fs::write(&file, whole)?;
        seen.map_err(|error| format!("{}: {error}", broken.what))?;
        println!(
            "    {} breaks {}: {:.1} s",
            broken.what,
            broken.test,
            begin.elapsed().as_secs_f64()
        );
    }
    core_only(&service)
}

impl Break {
    fn apply(&self, text: &str) -> Result<String> {
        if text.matches(self.from).count() != 1 {
            return Err(format!("{} no longer has this once: {}", self.file, self.from).into());
        }
        Ok(text.replace(self.from, self.to))
    }

    /// Holds that its test is among those that fail, and says why.
    fn seen(&self, service: &Path) -> Result {
        let (outcome, said) = outcome::run(service, self.packages)?;
        if !outcome.failed.iter().any(|name| name == self.test) {
            return Err(
                format!("{} doesn't fail; these do: {:?}", self.test, outcome.failed).into(),
            );
        }
        let part = failure(&said, self.test);
        match self.names.iter().find(|name| !part.contains(**name)) {
            Some(name) => {
                Err(format!("{} fails, but doesn't say {name:?}:\n{part}", self.test).into())
            }
            None => Ok(()),
        }
    }
}

/// What a failed test printed: `---- name stdout ----` up to the next.
fn failure<'a>(said: &'a str, test: &str) -> &'a str {
    let begin = said.find(&format!("---- {test} stdout ----"));
    let part = begin.map_or("", |begin| &said[begin..]);
    part.get(5..)
        .and_then(|rest| rest.find("\n---- "))
        .map_or(part, |end| &part[..end + 5])
}

/// A use of what only the service turns on doesn't compile in the domain alone, though cargo would
/// let it pass in a build of the workspace.
fn core_only(service: &Path) -> Result {
    let file = service.join("domain/src/lib.rs");
    let whole = fs::read_to_string(&file)?;
    fs::write(
        &file,
        format!("{whole}\n/// A breach.\npub use chassis::App;\n"),
    )?;
    let mut check = generate::cargo(service)?;
    check.args([
        "check",
        "--quiet",
        "-p",
        "billing-domain",
        "-p",
        "billing-contract",
    ]);
    let output = check.output();
    fs::write(&file, whole)?;
    let said = generate::said(&output?);
    if said.contains("App") && said.contains("error[E0432]") {
        return Ok(());
    }
    Err(format!(
        "{} passes with chassis::App in the domain:\n{said}",
        command::line(&check)
    )
    .into())
}
