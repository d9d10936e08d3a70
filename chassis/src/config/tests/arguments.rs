//! The command line.

use std::ffi::OsString;

use super::{holds, one};
use crate::config::{Action, Cli, Findings, Target};

fn parse(args: &str) -> Result<Cli, Findings> {
    let args: Vec<OsString> = args.split_whitespace().map(OsString::from).collect();
    Cli::parse(&args, &["orders", "inventory"])
}

#[test]
fn everything_is_understood_in_any_order() {
    let cli = parse("orders --set a.b=c=d --profile dev --config-dir=/etc --set x.y= --check");
    let cli = cli.unwrap();
    assert_eq!(cli.target, Target::Component("orders".to_owned()));
    assert_eq!(cli.profile.as_deref(), Some("dev"));
    assert_eq!(cli.config_dir.as_deref(), Some("/etc".as_ref()));
    let set = [
        ("a.b".to_owned(), "c=d".to_owned()),
        ("x.y".to_owned(), String::new()),
    ];
    assert_eq!(cli.set, set);
    assert_eq!(cli.action, Action::Check);
    assert_eq!(parse("split").unwrap().target, Target::Split);
    assert_eq!(parse("").unwrap(), Cli::default());
    assert_eq!(parse("--config -h").unwrap().action, Action::Help);
    assert_eq!(parse("-V --check").unwrap().action, Action::Version);
}

#[test]
fn an_unknown_flag_names_the_nearest() {
    let report = one(&parse("--profil=dev").unwrap_err());
    holds(
        &report,
        &["unknown flag --profil", "did you mean --profile?"],
    );
    assert_eq!(
        crate::Error::from(parse("--nonsense").unwrap_err()).exit_code(),
        78
    );
}

#[test]
fn an_unknown_component_names_the_nearest() {
    holds(
        &one(&parse("order").unwrap_err()),
        &["`order`", "orders, inventory or split", "`orders`?"],
    );
    let alone = Cli::parse(&["split".into()], &[]).unwrap_err();
    holds(&one(&alone), &["unexpected argument `split`"]);
}

#[test]
fn forgotten_values_are_noticed() {
    holds(
        &one(&parse("--profile").unwrap_err()),
        &["--profile lacks its value"],
    );
    holds(
        &one(&parse("--set --check").unwrap_err()),
        &["--set lacks its value", "KEY=VALUE"],
    );
    let report = one(&parse("--set hunter2").unwrap_err());
    assert!(!report.contains("hunter2"), "{report}");
    holds(&one(&parse("--check=no").unwrap_err()), &["takes no value"]);
}

#[test]
fn help_knows_every_flag() {
    let help = Cli::help("shop", &["orders", "inventory"]);
    holds(
        &help,
        &[
            "shop [COMPONENT|split]",
            "orders, inventory",
            "--profile",
            "--config-dir",
        ],
    );
    holds(
        &help,
        &[
            "--set",
            "--config ",
            "--check",
            "--settings",
            "--hexagon",
            "--probe",
            "--help",
            "--version",
            "CHASSIS_HTTP__LISTEN",
        ],
    );
    assert!(!Cli::help("one", &[]).contains("COMPONENT"));
}

#[test]
fn a_component_of_split_gets_the_same_flags() {
    let cli = parse("split --set a.b=c --profile dev --config-dir etc").unwrap();
    let alone = Cli::parse(&cli.args_for("orders"), &["orders"]).unwrap();
    let target = Target::Component("orders".to_owned());
    assert_eq!(alone, Cli { target, ..cli });
}
