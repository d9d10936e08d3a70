//! Names and paths as people type them: each builds, or is refused with what to write.

use std::fs;
use std::path::Path;

use super::{combinations, questions};
use crate::{Result, generate, workspace};

/// A name, and what comes of it.
struct Name {
    typed: &'static str,
    outcome: Outcome,
}

enum Outcome {
    /// A folder of this name, with a service in it.
    Makes(&'static str),
    /// Nothing but a message with these words.
    Refused(&'static [&'static str]),
}

use Outcome::{Makes, Refused};

const NAMES: [Name; 10] = [
    Name {
        typed: "order-desk-2",
        outcome: Makes("order-desk-2"),
    },
    Name {
        typed: "OrderDesk",
        outcome: Makes("order-desk"),
    },
    Name {
        typed: "order desk three",
        outcome: Makes("order-desk-three"),
    },
    Name {
        typed: "7up",
        outcome: Refused(&["7up", "begins with a digit", "service-7up"]),
    },
    Name {
        typed: "async",
        outcome: Refused(&["async", "word of Rust", "async-service"]),
    },
    Name {
        typed: "Self",
        outcome: Refused(&["word of Rust"]),
    },
    Name {
        typed: "tokio",
        outcome: Refused(&["tokio", "my-tokio"]),
    },
    Name {
        typed: "domain",
        outcome: Refused(&["domain", "my-domain"]),
    },
    Name {
        typed: "zahlungsgröße",
        outcome: Refused(&["letters"]),
    },
    Name {
        typed: "---",
        outcome: Refused(&["no letter"]),
    },
];

/// Tries each name, an existing folder, and a wrong path to the chassis.
pub(super) fn check(folder: &Path) -> Result {
    let folder = folder.join("names");
    fs::create_dir(&folder)?;
    for name in &NAMES {
        name.check(&folder)
            .map_err(|error| format!("--name {:?}: {error}", name.typed))?;
    }
    existing(&folder)?;
    wrong_chassis(&folder)?;
    questions::check(&folder)
}

impl Name {
    fn check(&self, folder: &Path) -> Result {
        match self.outcome {
            Makes(made) => {
                let output = generate::generate(folder, self.typed, &[&chassis()])?;
                let service = folder.join(made);
                if !service.is_dir() {
                    return Err(format!("no folder {made}:\n{}", generate::said(&output)).into());
                }
                generate::lock(&service)?;
                combinations::lints(&service)
            }
            Refused(words) => refused(folder, self.typed, &chassis(), words),
        }
    }
}

fn chassis() -> String {
    format!(
        "chassis_path={}",
        workspace::root().join("chassis").display()
    )
}

/// Nothing is made, the message has these words, and no folder is left behind with half a service.
fn refused(folder: &Path, name: &str, define: &str, words: &[&str]) -> Result {
    let before = entries(folder)?;
    let output = generate::generate(folder, name, &[define])?;
    let said = generate::said(&output);
    if output.status.success() {
        return Err(format!("isn't refused:\n{said}").into());
    }
    if let Some(word) = words.iter().find(|word| !said.contains(**word)) {
        return Err(format!("is refused without saying {word:?}:\n{said}").into());
    }
    if entries(folder)? != before
        && fs::read_dir(folder.join(name)).is_ok_and(|mut files| files.next().is_some())
    {
        return Err("is refused, but leaves files".into());
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<usize> {
    Ok(fs::read_dir(folder)?.count())
}

/// A folder that exists isn't touched.
fn existing(folder: &Path) -> Result {
    let file = folder.join("taken/mine.txt");
    fs::create_dir(folder.join("taken"))?;
    fs::write(&file, "mine")?;
    refused(folder, "taken", &chassis(), &["already exists"])
        .map_err(|error| format!("an existing folder {error}"))?;
    if fs::read_to_string(file)? != "mine" || entries(&folder.join("taken"))? != 1 {
        return Err("an existing folder was changed".into());
    }
    Ok(())
}

fn wrong_chassis(folder: &Path) -> Result {
    let wrong = "chassis_path=/nowhere/chassis";
    refused(
        folder,
        "lost",
        wrong,
        &["/nowhere/chassis", "chassis_path="],
    )
    .map_err(|error| format!("a wrong path to the chassis {error}").into())
}
