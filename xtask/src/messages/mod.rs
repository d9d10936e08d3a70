//! `cargo xtask messages`: the book's page of messages, made by bringing each of them about.
//!
//! [`table`] holds the cases. [`stage`] runs those that are a program's end or its warnings,
//! [`requests`] those that are answers; what the compiler says comes from the tests of the macros
//! ([`mistakes`]). [`coverage`] compares the page with the sentences in the sources, so that no
//! message is added without a case.

mod calls;
mod case;
mod coverage;
mod mask;
mod mistakes;
mod requests;
mod stage;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use case::{Case, Program};
use stage::Stage;

use crate::{Result, workspace};

/// `cargo xtask messages [--check]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            fs::write(file(), page()?)?;
            coverage::check(&fs::read_to_string(file())?)?;
        }
        ["--check"] => check()?,
        _ => return Err("usage: cargo xtask messages [--check]".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the page anew and compares.
///
/// # Errors
///
/// With the first line that differs, or the sentences of the sources that no case brings about.
pub(crate) fn check() -> Result {
    let (made, kept) = (page()?, fs::read_to_string(file())?);
    let mut pairs = made.lines().zip(kept.lines()).enumerate();
    if let Some((index, (now, then))) = pairs.find(|(_, (now, then))| now != then) {
        let line = index + 1;
        return Err(format!(
            "docs/src/messages.md:{line} says\n  {then}\nbut now it is\n  {now}\n\
             `cargo xtask messages` makes the page anew"
        )
        .into());
    }
    if made != kept {
        return Err("messages came or went; `cargo xtask messages` makes the page anew".into());
    }
    coverage::check(&kept)
}

fn file() -> PathBuf {
    workspace::root().join("docs/src/messages.md")
}

fn page() -> Result<String> {
    let stage = Stage::build()?;
    let mut page = table::INTRODUCTION.to_owned();
    for group in table::groups() {
        page.push_str(&format!("\n## {}\n\n{}\n", group.title, group.about));
        for (case, said) in group.cases.iter().zip(play(&stage, &group.cases)?) {
            page.push_str(&shown(case, &said));
        }
    }
    let parts = [
        requests::part(&stage),
        calls::part(&stage),
        mistakes::part(),
    ];
    let mut failed = Vec::new();
    for part in parts {
        match part {
            Ok(part) => page.push_str(&part),
            Err(error) => failed.push(error.to_string()),
        }
    }
    match failed.is_empty() {
        true => Ok(page),
        false => Err(failed.join("\n").into()),
    }
}

/// Runs the cases, a few at a time, since some of them wait.
fn play(stage: &Stage, cases: &[Case]) -> Result<Vec<String>> {
    let results: Vec<Mutex<Option<std::result::Result<String, String>>>> =
        cases.iter().map(|_| Mutex::new(None)).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(case) = cases.get(index) else {
                        return;
                    };
                    let said = stage.play(case).map_err(|error| error.to_string());
                    if let Ok(mut result) = results[index].lock() {
                        *result = Some(said);
                    }
                }
            });
        }
    });
    let (mut said, mut failed) = (Vec::new(), Vec::new());
    for (case, result) in cases.iter().zip(results) {
        let result = result.into_inner().ok().flatten();
        match result.unwrap_or_else(|| Err("it was not run".to_owned())) {
            Ok(text) => said.push(text),
            Err(error) => failed.push(format!("{:?}: {error}", case.title)),
        }
    }
    match failed.is_empty() {
        true => Ok(said),
        false => Err(failed.join("\n").into()),
    }
}

/// A case on the page.
fn shown(case: &Case, said: &str) -> String {
    let mut text = format!("\n### {}\n\n", case.title);
    if let Program::Mishap(name) = case.program
        && case.shows_code()
    {
        text.push_str(&format!(
            "```rust\n{{{{#include ../../chassis/examples/mishaps/composing.rs:{name}}}}}\n```\n\n"
        ));
    }
    for (name, content) in &case.files {
        text.push_str(&format!(
            "```text\n# {name}\n{}\n```\n\n",
            content.trim_end()
        ));
    }
    if let Some(line) = typed(case) {
        text.push_str(&format!("```console\n$ {line}\n```\n\n"));
    }
    text.push_str(&format!("```text\n{said}\n```\n"));
    if !case.advice.is_empty() {
        text.push_str(&format!("\n{}\n", case.advice));
    }
    text
}

/// What a person would type; nothing where it is only the program's name.
fn typed(case: &Case) -> Option<String> {
    let mut words: Vec<String> = case
        .variables
        .iter()
        .map(|(name, value)| format!("{name}={}", quoted(value)))
        .collect();
    let name = match case.program {
        Program::Hello => "hello",
        Program::Shop => "shop",
        Program::Mishap(_) => "greeter",
    };
    let bare = words.is_empty() && case.arguments.is_empty();
    words.push(name.to_owned());
    words.extend(case.arguments.iter().map(|argument| quoted(argument)));
    (!bare).then(|| words.join(" "))
}

fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=.:/,+@?".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{word}'"),
    }
}
