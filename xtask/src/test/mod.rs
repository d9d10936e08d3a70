//! `cargo xtask test`: what CI runs, step by step, cheap ones first.
//!
//! Every step runs, also after one that failed, so that one run says everything. [`STEPS`] is the
//! list; what is more than a line of cargo has a file.

mod core_tree;
mod features;
mod schedules;
mod toolchain;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::{
    Result, arrows, book, command, messages, newcomer, pages, template, tools, tries, workspace,
};

/// One check with its name.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result,
}

const STEPS: &[Step] = &[
    Step {
        name: "toolchain",
        about: "the compiler is the one that Cargo.toml promises",
        run: toolchain::check,
    },
    Step {
        name: "format",
        about: "rustfmt has nothing to change",
        run: format,
    },
    Step {
        name: "arrows",
        about: "folders of chassis/src depend in one direction",
        run: arrows::check,
    },
    Step {
        name: "core-tree",
        about: "what chassis needs without features equals its golden list",
        run: core_tree::check,
    },
    Step {
        name: "pages",
        about: "links lead somewhere, code in README and book is compiled code",
        run: pages::check,
    },
    Step {
        name: "clippy",
        about: "no warning in the workspace, all features",
        run: clippy,
    },
    Step {
        name: "docs",
        about: "rustdoc without a warning, all features",
        run: docs,
    },
    Step {
        name: "features",
        about: "chassis compiles without features, and with each alone",
        run: features::check,
    },
    Step {
        name: "test",
        about: "every test, all features",
        run: test,
    },
    Step {
        name: "schedules",
        about: "what is lock-free holds in thousands of orders of threads",
        run: schedules::check,
    },
    Step {
        name: "messages",
        about: "the page of messages is what the programs say, and holds all of it",
        run: messages::check,
    },
    Step {
        name: "tries",
        about: "the commands that the book's chapters say to try",
        run: tries::check,
    },
    Step {
        name: "template",
        about: "what the template generates builds and is tested, in every combination",
        run: template::check,
    },
    Step {
        name: "newcomer",
        about: "the ten-minute chapter, followed block by block",
        run: newcomer::check,
    },
    Step {
        name: "book",
        about: "the book builds",
        run: book::build,
    },
    Step {
        name: "deny",
        about: "licences, sources and bans of the dependencies",
        run: deny,
    },
];

/// `cargo xtask test [--list] [--only STEP]…`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let steps = match words.as_slice() {
        [] => STEPS.iter().collect(),
        ["--list"] => {
            STEPS
                .iter()
                .for_each(|step| println!("{:10} {}", step.name, step.about));
            return Ok(ExitCode::SUCCESS);
        }
        words => chosen(words)?,
    };
    let outcomes: Vec<Outcome> = steps.into_iter().map(Outcome::of).collect();
    Ok(summary(&outcomes))
}

/// The steps of `--only A --only B`, in the order of the list.
fn chosen(words: &[&str]) -> Result<Vec<&'static Step>> {
    let mut names = Vec::new();
    for pair in words.chunks(2) {
        match pair {
            ["--only", name] if STEPS.iter().any(|step| step.name == *name) => names.push(*name),
            ["--only", name] => {
                return Err(
                    format!("there is no step {name:?}; see cargo xtask test --list").into(),
                );
            }
            _ => return Err("usage: cargo xtask test [--list] [--only STEP]…".into()),
        }
    }
    Ok(STEPS
        .iter()
        .filter(|step| names.contains(&step.name))
        .collect())
}

/// How a step went.
struct Outcome {
    name: &'static str,
    took: Duration,
    result: Result,
}

impl Outcome {
    fn of(step: &'static Step) -> Self {
        println!("\n==> {}: {}", step.name, step.about);
        let start = Instant::now();
        let result = (step.run)();
        let took = start.elapsed();
        match &result {
            Ok(()) => println!("<== {} holds ({:.1} s)", step.name, took.as_secs_f64()),
            Err(error) => println!(
                "<== {} FAILED ({:.1} s): {error}",
                step.name,
                took.as_secs_f64()
            ),
        }
        Self {
            name: step.name,
            took,
            result,
        }
    }
}

/// Prints every step with its time, and the failures last.
fn summary(outcomes: &[Outcome]) -> ExitCode {
    println!();
    for outcome in outcomes {
        let word = if outcome.result.is_ok() {
            "holds"
        } else {
            "FAILED"
        };
        println!(
            "{:10} {word:6} {:7.1} s",
            outcome.name,
            outcome.took.as_secs_f64()
        );
    }
    let failed = outcomes
        .iter()
        .filter(|outcome| outcome.result.is_err())
        .count();
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    println!(
        "{} of {} steps hold, {:.0} s",
        outcomes.len() - failed,
        outcomes.len(),
        total.as_secs_f64()
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn format() -> Result {
    command::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result {
    let mut clippy = workspace::cargo();
    clippy.args([
        "clippy",
        "--workspace",
        "--all-features",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    command::run(&mut clippy)
}

fn docs() -> Result {
    let mut doc = workspace::cargo();
    doc.args(["doc", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings");
    command::run(&mut doc)
}

/// All tests, with the real servers that they speak to at hand.
fn test() -> Result {
    let mut test = workspace::cargo();
    test.args(["test", "--workspace", "--all-features", "--no-fail-fast"]);
    for tool in tools::SERVERS {
        test.env(tool.variable, tool.get()?);
    }
    command::run(&mut test)
}

/// Advisories are left out: they come from a database in the net, which CI may not reach.
fn deny() -> Result {
    let mut deny = Command::new(tools::CARGO_DENY.get()?);
    deny.args([
        "--locked",
        "--workspace",
        "--all-features",
        "check",
        "--hide-inclusion-graph",
    ]);
    deny.args(["bans", "licenses", "sources"]);
    command::run(deny.current_dir(workspace::root()))
}
