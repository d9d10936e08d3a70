//! `--doctor`: each thing that it can find, made for real.

mod apart;
mod clock;
mod configuration;
mod dependencies;
mod host;
mod listeners;
mod names;
mod report;
mod stop;
mod store;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::process::{Process, command, folder_with};

/// Arguments under which nothing is to be found: profile dev, free ports.
const WELL: [&str; 8] = [
    "--profile",
    "dev",
    "--set",
    "http.listen=127.0.0.1:0",
    "--set",
    "probe.listen=127.0.0.1:0",
    "--set",
    "admin.listen=127.0.0.1:0",
];

/// An examination of the patient, before it is made.
struct Visit {
    folder: PathBuf,
    command: Command,
}

/// What came of it.
struct Found {
    code: i32,
    report: Value,
    /// Holds the folder.
    process: Process,
}

/// A visit with `args` beside those of a healthy patient.
fn visit(args: &[&str]) -> Visit {
    visit_with(&[], args)
}

/// The same in a folder that holds these files.
fn visit_with(files: &[(&str, &str)], args: &[&str]) -> Visit {
    let folder = folder_with(files);
    let command = command(&folder, "patient");
    Visit { folder, command }.args(&WELL).args(args)
}

/// A visit under prod's rules, on free ports that are reached from everywhere.
fn visit_in_prod(args: &[&str]) -> Visit {
    let folder = folder_with(&[]);
    let command = command(&folder, "patient");
    let free = [
        "--set",
        "http.listen=0.0.0.0:0",
        "--set",
        "probe.listen=0.0.0.0:0",
        "--set",
        "admin.listen=127.0.0.1:0",
    ];
    Visit { folder, command }.args(&free).args(args)
}

/// Says that something could not be tried here. In CI it can.
#[track_caller]
#[expect(clippy::print_stderr, reason = "what was not tried is said")]
fn skipped(why: &str) {
    eprintln!("{why}");
    assert!(
        std::env::var_os("CI").is_none(),
        "in CI this is tried: {why}"
    );
}

impl Visit {
    fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    fn var(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn found(mut self) -> Found {
        self.command.args(["--doctor", "--json"]);
        let mut process = Process::piped(self.folder, self.command);
        let (code, _) = process.end();
        let out = process.out();
        let report: Value = serde_json::from_str(&out)
            .unwrap_or_else(|error| panic!("{error}: {out}\n{}", process.err()));
        assert_eq!(report["exit_code"], code.unwrap(), "{report:#}");
        Found {
            code: code.unwrap(),
            report,
            process,
        }
    }

    /// As a person sees it, in a pipe.
    fn text(mut self) -> (i32, String) {
        self.command.arg("--doctor");
        let mut process = Process::piped(self.folder, self.command);
        let (code, _) = process.end();
        (code.unwrap(), process.out())
    }
}

impl Found {
    fn all(&self) -> impl Iterator<Item = &Value> {
        let checks = self.report["checks"].as_array().unwrap().iter();
        checks.flat_map(|check| check["findings"].as_array().unwrap())
    }

    /// The one finding of this name.
    #[track_caller]
    fn one(&self, id: &str) -> &Value {
        let mut found = self.all().filter(|finding| finding["id"] == id);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("no {id} in {:#}", self.report));
        assert!(found.next().is_none(), "more than one {id}");
        one
    }

    fn has(&self, id: &str) -> bool {
        self.all().any(|finding| finding["id"] == id)
    }

    /// The finding of this name has this status, what it is has these words, and it says why it
    /// matters and what mends it.
    #[track_caller]
    fn says(&self, id: &str, status: &str, words: &[&str]) {
        let one = self.one(id);
        assert_eq!(one["status"], status, "{one:#}");
        let what = one["what"].as_str().unwrap();
        for word in words {
            assert!(what.contains(word), "`{word}` is not in: {what}");
        }
        for part in ["why", "mend"] {
            assert!(one[part].is_string(), "{id} lacks its {part}: {one:#}");
        }
    }

    /// Nothing warns.
    #[track_caller]
    fn is_well(&self) {
        let bad = |finding: &&Value| finding["status"] == "warning" || finding["status"] == "error";
        let bad: Vec<&Value> = self.all().filter(bad).collect();
        assert!(bad.is_empty(), "{bad:#?}");
        assert_eq!(self.code, 0);
    }
}
