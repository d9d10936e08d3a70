//! The chapter as a list of steps: which block is what.
//!
//! | fence | what a reader does with it |
//! |---|---|
//! | `sh` | types it into a terminal, and it ends well; `sh,fails`: it ends badly |
//! | `sh,serve` | types it into the first terminal, where it goes on running |
//! | `text`, `json` | sees it: what the command before printed; `…` stands for anything |
//! | `text` that begins with `^C` | presses Ctrl-C in the first terminal, and sees the rest |
//! | `text,page` | opens the URL of its first line in a browser, and sees the rest |
//! | any, with `file=PATH` | writes the file |
//! | any, with `below=PATH` | its first line is in the file; the rest goes below it |
//! | any, with `end=PATH` | adds it at the end of the file |
//! | `diff,in=PATH` | replaces the lines with `-` by those with `+` |
//!
//! A path must stand in the text before its block, or a reader would not know where the code goes.

use crate::Result;
use crate::pages::markdown::{self, Block};

/// The chapter, from the root of the checkout.
pub(crate) const CHAPTER: &str = "docs/src/start.md";

/// One thing that a reader does, and where the chapter says so.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) action: Action,
}

#[derive(Debug, PartialEq)]
pub(super) enum Action {
    /// Types lines into the shell.
    Type {
        lines: String,
        succeeds: bool,
        seen: String,
    },
    /// Starts something that goes on running.
    Serve { line: String, seen: String },
    /// Presses Ctrl-C where it runs.
    Interrupt { seen: String },
    /// Opens a page.
    Look { url: String, seen: String },
    /// Changes a file.
    Change {
        path: String,
        how: Change,
        text: String,
    },
}

/// How a block changes its file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    Write,
    Below,
    End,
    Diff,
}

const CHANGES: [(&str, Change); 4] = [
    ("file=", Change::Write),
    ("below=", Change::Below),
    ("end=", Change::End),
    ("in=", Change::Diff),
];

/// Whether the block is code that a reader puts into a file, which the run therefore compiles.
pub(crate) fn changes_a_file(block: &Block) -> bool {
    change(block).is_some()
}

fn change(block: &Block) -> Option<(Change, &str)> {
    block.language.split(',').find_map(|word| {
        CHANGES
            .iter()
            .find_map(|(prefix, how)| Some((*how, word.strip_prefix(prefix)?)))
    })
}

/// Reads the chapter.
///
/// # Errors
///
/// When a block is none of those that the table of this module knows.
pub(super) fn steps(text: &str) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    for block in markdown::blocks(text) {
        let line = block.line;
        let step = step(text, &block, steps.last_mut());
        match step.map_err(|error| format!("{CHAPTER}:{line}: {error}"))? {
            Some(action) => steps.push(Step { line, action }),
            // What is seen belongs to the step before.
            None => continue,
        }
    }
    Ok(steps)
}

fn step(text: &str, block: &Block, before: Option<&mut Step>) -> Result<Option<Action>> {
    let code = block.text.clone();
    if let Some((how, path)) = change(block) {
        named(text, block, path)?;
        let path = path.to_owned();
        return Ok(Some(Action::Change {
            path,
            how,
            text: code,
        }));
    }
    let seen = String::new();
    Ok(Some(match block.language.as_str() {
        "sh" | "sh,fails" => Action::Type {
            lines: code,
            succeeds: block.language == "sh",
            seen,
        },
        "sh,serve" => Action::Serve { line: code, seen },
        "text,page" => {
            let (url, seen) = code.split_once('\n').unwrap_or((&code, ""));
            Action::Look {
                url: url.to_owned(),
                seen: seen.to_owned(),
            }
        }
        "text" if code.starts_with("^C\n") => Action::Interrupt {
            seen: code["^C\n".len()..].to_owned(),
        },
        "text" | "json" => return attach(code, before).map(|()| None),
        unknown => {
            return Err(
                format!("a block ```{unknown}: nobody would know what to do with it").into(),
            );
        }
    }))
}

/// Gives the step before what is to be seen after it.
fn attach(code: String, before: Option<&mut Step>) -> Result {
    match before.map(|step| &mut step.action) {
        Some(Action::Type { seen, .. } | Action::Serve { seen, .. }) if seen.is_empty() => {
            *seen = code;
            Ok(())
        }
        _ => Err("nothing was typed before what is to be seen here".into()),
    }
}

/// Holds that the last paragraph before the block names the file.
fn named(text: &str, block: &Block, path: &str) -> Result {
    let (mut paragraph, mut ended, mut code) = (String::new(), false, false);
    for line in text.lines().take(block.line - 1) {
        if line.starts_with("```") {
            code = !code;
        } else if line.trim().is_empty() {
            ended = true;
        } else if !code {
            if std::mem::take(&mut ended) {
                paragraph.clear();
            }
            paragraph.push_str(line);
        }
    }
    let named = format!("`{path}`");
    if paragraph.contains(&named) {
        return Ok(());
    }
    Err(format!("the text before the block doesn't say {named}").into())
}
