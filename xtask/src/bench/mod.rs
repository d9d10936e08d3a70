//! `cargo xtask bench`: what a request and a call cost, counted beside bare axum and bare reqwest.
//!
//! The unit is user-mode instructions and allocations a request, counted by callgrind over the
//! whole process with all its threads, (2N − N)/N with N = 1,000 over one kept connection. The
//! count is free of a machine's noise. [`cases`] is the table, [`measure`] counts one row of it;
//! [`gauges`] are read, [`faults`] are brought about under load.

mod builds;
mod callgrind;
mod cases;
mod faults;
mod gauges;
mod measure;
mod proof;
mod report;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use self::cases::{CASES, Case};
use self::faults::{Borne, FAULTS, Fault};
use self::gauges::{GAUGES, Gauge};
use self::measure::Bench;
use self::report::{Reading, Row};
use crate::drive::Collector;
use crate::{Result, command, tools, workspace};

/// What the command line asked for.
#[derive(Debug, Default, PartialEq)]
struct Options {
    json: bool,
    check: bool,
    only: Vec<String>,
}

/// What is to be measured.
struct Choice {
    cases: Vec<&'static Case>,
    gauges: Vec<&'static Gauge>,
    faults: Vec<&'static Fault>,
}

/// `cargo xtask bench [--json] [--check] [--only NAME]…`.
pub(crate) fn bench(arguments: &[String]) -> Result<ExitCode> {
    let options = parse(arguments)?;
    let choice = chosen(&options)?;
    let bench = prepare(&choice)?;
    let show = |line: String| {
        if options.json {
            // Stdout is for JSON, and a person still sees how far it is.
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
    };
    let rows = count(&bench, &choice.cases, &show)?;
    let readings = read(&bench, &choice.gauges, &show)?;
    let borne = bear(&bench, &choice.faults, &show)?;
    if options.json {
        println!("{:#}", report::json(&rows, &readings, &borne));
    }
    for warning in rows.iter().filter_map(Row::drift) {
        eprintln!("warning: {warning}");
    }
    let holds = rows.iter().all(Row::holds) && readings.iter().all(Reading::holds);
    let holds = holds && borne.iter().all(Borne::holds);
    Ok(if options.check && !holds {
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
                options.only.push(name.clone());
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

/// The whole table, or some rows of it with those beside them. Builds take too long for `--json`,
/// which is for programs that wait.
fn chosen(options: &Options) -> Result<Choice> {
    let only = &options.only;
    let is_whole = only.is_empty();
    let is_named = |name: &str| only.iter().any(|only| only == name);
    if let Some(unknown) = only
        .iter()
        .find(|name| !names().any(|known| known == *name))
    {
        let known: Vec<&str> = names().collect();
        return Err(format!("the table has no {unknown:?}; it has {}", known.join(", ")).into());
    }
    let beside: Vec<&str> = CASES
        .iter()
        .filter(|case| is_named(case.name))
        .filter_map(|case| case.beside)
        .collect();
    let case = |case: &&Case| is_whole || is_named(case.name) || beside.contains(&case.name);
    let gauge = |gauge: &&Gauge| match is_whole {
        true => gauge.program.is_some() || !options.json,
        false => is_named(gauge.name),
    };
    let fault = |fault: &&Fault| is_whole || only.iter().any(|name| fault.has(name));
    Ok(Choice {
        cases: CASES.iter().filter(case).collect(),
        gauges: GAUGES.iter().filter(gauge).collect(),
        faults: FAULTS.iter().filter(fault).collect(),
    })
}

/// All that the table has.
fn names() -> impl Iterator<Item = &'static str> {
    let cases = CASES.iter().map(|case| case.name);
    let gauges = GAUGES.iter().map(|gauge| gauge.name);
    let figures = FAULTS.iter().flat_map(|fault| fault.figures);
    cases.chain(gauges).chain(figures.map(|figure| figure.name))
}

/// Builds the programs as users would, and finds the counter.
fn prepare(choice: &Choice) -> Result<Bench> {
    let cases = choice
        .cases
        .iter()
        .map(|case| (case.side.package(), case.program));
    let gauges = choice.gauges.iter().filter_map(|gauge| gauge.program);
    let gauges = gauges.map(|program| (gauges::PACKAGE, program));
    let faults = choice
        .faults
        .iter()
        .flat_map(|fault| fault.programs)
        .copied();
    let examples: BTreeSet<(&str, &str)> = cases.chain(gauges).chain(faults).collect();
    for (package, program) in examples {
        build(package, "--example", program)?;
    }
    if !choice.faults.is_empty() {
        let (package, program) = faults::LOAD;
        build(package, "--bin", program)?;
    }
    let target = workspace::target()?;
    let folder = target.join("bench");
    fs::create_dir_all(&folder)?;
    Ok(Bench {
        collector: Collector::start()?,
        valgrind: tools::valgrind()?,
        programs: target.join("release/examples"),
        folder,
    })
}

fn build(package: &str, kind: &str, program: &str) -> Result {
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--package", package, kind, program]);
    command::run(&mut build)
}

/// Counts each case; the table grows as the figures come.
fn count(bench: &Bench, cases: &[&'static Case], show: &impl Fn(String)) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    if !cases.is_empty() {
        show(report::heading());
    }
    for &case in cases {
        let cost = bench
            .cost(case)
            .map_err(|error| format!("{}: {error}", case.name))?;
        let beside = rows.iter().find(|row| Some(row.case.name) == case.beside);
        let ratio =
            cost.instructions / beside.map_or(cost.instructions, |row| row.cost.instructions);
        let row = Row { case, cost, ratio };
        show(row.to_string());
        rows.push(row);
    }
    Ok(rows)
}

/// Reads each gauge.
fn read(bench: &Bench, gauges: &[&'static Gauge], show: &impl Fn(String)) -> Result<Vec<Reading>> {
    let mut readings = Vec::new();
    for &gauge in gauges {
        let value = (gauge.measure)(bench, gauge.program.unwrap_or_default());
        let value = value.map_err(|error| format!("{}: {error}", gauge.name))?;
        let reading = Reading { gauge, value };
        show(reading.to_string());
        readings.push(reading);
    }
    Ok(readings)
}

/// Brings about each fault.
fn bear(bench: &Bench, faults: &[&'static Fault], show: &impl Fn(String)) -> Result<Vec<Borne>> {
    let mut all = Vec::new();
    for fault in faults {
        let borne = fault.measure(bench, show);
        let borne = borne.map_err(|error| format!("{}: {error}", fault.figures[0].name))?;
        borne.iter().for_each(|borne| show(borne.to_string()));
        all.extend(borne);
    }
    Ok(all)
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
        let options = Options {
            only: vec!["axum".to_owned(), "axun".to_owned()],
            ..Options::default()
        };
        let error = chosen(&options).err().map(|error| error.to_string());
        assert!(error.unwrap().contains("no \"axun\"; it has axum,"));
    }

    #[test]
    fn several_rows_come_with_those_beside_them() {
        let options = Options {
            only: vec!["balance.10k".to_owned(), "policy.breaker".to_owned()],
            ..Options::default()
        };
        let choice = chosen(&options).unwrap();
        let names: Vec<&str> = choice.cases.iter().map(|case| case.name).collect();
        assert_eq!(names, ["policy.breaker", "balance.3", "balance.10k"]);
        assert!(choice.gauges.is_empty() && choice.faults.is_empty());
    }
}
