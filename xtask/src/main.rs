//! The repository's own commands.
//!
//! `cargo xtask test` is what CI runs; `cargo xtask --help` lists the others. Start at [`main`], which
//! hands each command to its module. [`arrows`] and [`pages`] are checks of the test that are more than
//! a line; [`tools`] finds or installs the programs that the commands need.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to the person who called it"
)]

mod arrows;
mod bench;
mod book;
mod command;
mod drive;
mod generate;
mod messages;
mod newcomer;
mod page;
mod pages;
mod soak;
mod template;
mod test;
mod tools;
mod tries;
mod workspace;

use std::process::ExitCode;

/// What a command gives back: nothing, or a message that says what to do.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
The repository's own commands

usage: cargo xtask COMMAND [flags]

  test                 what CI runs: every step, each with its time
    --list             the steps
    --only STEP        that step only; may be repeated
  bench                what a request and a call cost, counted beside bare axum and reqwest
    --only NAME        one row of the table and the one beside it
    --json             only JSON on stdout, an object by name
    --check            exit code 1 where a bound is broken
  newcomer             follows the book's ten-minute chapter, block by block, and says how long it took
    --keep             leaves what was made
  soak [NAME]          what only shows when it happens often; --list names the soaks
    --minutes M        how long each takes, 5 unless told
  book [--open|serve]  builds the book; opens it; serves it while it is written
    --links            asks every link into the net whether somebody answers
  settings             writes the book's tables of settings and the template's chassis.toml anew
  page                 pictures of the hexagon page in target/page; how soon 100 ports are painted
    --paint            only that
  messages [--check]   makes the book's page of messages by running them; only compares
  servers list         the real servers that tests speak to, and where each was found
  servers get NAME     finds or installs one and prints its path

Tools and servers that are installed lie in $XDG_CACHE_HOME/chassis (~/.cache/chassis).";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Hands the command to its module.
fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("--help", arguments),
    };
    match command {
        "test" => test::run(rest),
        "bench" => bench::bench(rest),
        "book" => book::run(rest),
        "messages" => messages::run(rest),
        "newcomer" => newcomer::run(rest),
        "page" => page::run(rest),
        "soak" => soak::run(rest),
        "settings" => book::settings(rest),
        "servers" => tools::servers(rest),
        "--help" | "-h" | "help" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => {
            Err(format!("there is no command {unknown:?}; `cargo xtask --help` lists them").into())
        }
    }
}
