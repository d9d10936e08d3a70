//! `cargo xtask bench`: what a request and a call cost, counted beside bare axum and bare reqwest.
//!
//! The unit is user-mode instructions and allocations a request, counted by callgrind over the
//! whole process with all its threads, (2N − N)/N with N = 1,000 over one kept connection. The
//! count is free of a machine's noise. [`cases`] is the table, [`measure`] counts one row of it.

mod answer;
mod callgrind;
mod cases;
mod drive;
mod measure;
mod program;
mod report;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use self::cases::{CASES, Case};
use self::measure::Bench;
use self::report::Row;
use crate::{Result, command, tools, workspace};

/// What the command line asked for.
#[derive(Debug, Default, PartialEq)]
struct Options {
    json: bool,
    check: bool,
    only: Option<String>,
}

/// `cargo xtask bench [--json] [--check] [--only NAME]`.
pub(crate) fn bench(arguments: &[String]) -> Result<ExitCode> {
    let options = parse(arguments)?;
    let cases = chosen(options.only.as_deref())?;
    let bench = prepare(&cases)?;
    let rows = count(&bench, &cases, options.json)?;
    if options.json {
        println!("{:#}", report::json(&rows));
    }
    for warning in rows.iter().filter_map(Row::drift) {
        eprintln!("warning: {warning}");
    }
    let broken = options.check && rows.iter().any(|row| !row.holds());
    Ok(if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => options.json = true,
            "--check" => options.check = true,
            "--only" => {
                let name = arguments.next().ok_or("--only wants a name of the table")?;
                options.only = Some(name.clone());
            }
            unknown => {
                return Err(format!(
                    "bench knows no {unknown:?}; it takes --json, --check, --only NAME"
                )
                .into());
            }
        }
    }
    Ok(options)
}

/// The whole table, or one row of it with the one beside it.
fn chosen(only: Option<&str>) -> Result<Vec<&'static Case>> {
    let Some(only) = only else {
        return Ok(CASES.iter().collect());
    };
    let names: Vec<&str> = CASES.iter().map(|case| case.name).collect();
    let case = CASES
        .iter()
        .find(|case| case.name == only)
        .ok_or_else(|| format!("the table has no {only:?}; it has {}", names.join(", ")))?;
    Ok(CASES
        .iter()
        .filter(|other| other.name == case.name || Some(other.name) == case.beside)
        .collect())
}

/// Builds the programs as users would, and finds the counter.
fn prepare(cases: &[&Case]) -> Result<Bench> {
    let programs: BTreeSet<&str> = cases.iter().map(|case| case.program).collect();
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--package", "chassis-bench"]);
    for program in programs {
        build.args(["--example", program]);
    }
    command::run(&mut build)?;
    let target = workspace::target()?;
    let dumps = target.join("bench");
    fs::create_dir_all(&dumps)?;
    Ok(Bench {
        valgrind: tools::valgrind()?,
        programs: target.join("release/examples"),
        dumps,
    })
}

/// Counts each case; the table grows as the figures come, on stderr where stdout is for JSON.
fn count(bench: &Bench, cases: &[&'static Case], json: bool) -> Result<Vec<Row>> {
    let show = |line: String| {
        if json {
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
    };
    show(report::heading());
    let mut rows: Vec<Row> = Vec::new();
    for &case in cases {
        let cost = bench
            .cost(case)
            .map_err(|error| format!("{}: {error}", case.name))?;
        let beside = rows.iter().find(|row| Some(row.case.name) == case.beside);
        let ratio =
            cost.instructions / beside.map_or(cost.instructions, |row| row.cost.instructions);
        let row = Row { case, cost, ratio };
        show(report::line(&row));
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_beside_one_that_comes_before_it() {
        for (index, case) in CASES.iter().enumerate() {
            let Some(beside) = case.beside else { continue };
            assert!(
                CASES[..index].iter().any(|other| other.name == beside),
                "{}",
                case.name
            );
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = chosen(Some("axun")).err().map(|error| error.to_string());
        assert!(error.unwrap().contains("it has axum,"));
    }
}
