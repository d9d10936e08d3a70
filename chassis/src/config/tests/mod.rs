//! The rules of configuration, by what a person writes.

mod alike;
mod arguments;
mod damage;
mod layers;
mod reference;
mod report;
mod types;
mod values;
mod variables;

use super::{Cli, Config, Defaults, Findings, Inputs};

/// Loads with the arguments that `inputs` hold.
fn load(inputs: &Inputs) -> Config {
    try_load(inputs).unwrap()
}

fn try_load(inputs: &Inputs) -> Result<Config, Findings> {
    let cli = Cli::parse(inputs.args(), &["orders", "inventory"])?;
    Config::load(inputs, &cli, &Defaults::new("shop"))
}

fn toml(text: &str) -> Inputs {
    Inputs::none().file("chassis.toml", text)
}

/// The only finding of a report, as text.
#[track_caller]
fn one(findings: &Findings) -> String {
    assert_eq!(findings.len(), 1, "{findings}");
    findings.iter().next().unwrap().to_string()
}

/// Asserts that the text holds all of the parts.
#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}
