//! Ten times as many requests as can be served: those admitted are as quick as ever, and there are as
//! many of them.

use std::net::SocketAddr;

use super::super::cases::Keys;
use super::super::measure::Bench;
use super::beside::{Other, Role};
use super::{Bound, Fault, Figure, Policy, load, offer};
use crate::Result;
use crate::drive::{Load, Program, Report, roomy};

pub(super) const FAULT: Fault = Fault {
    programs: &[("bench-chassis", "slots"), ("bench-fault", "axum_slots")],
    figures: &[
        Figure {
            name: "overload.goodput",
            bound: Bound::AtLeast(0.95),
        },
        Figure {
            name: "overload.p99_ratio",
            bound: Bound::AtMost(3.0),
        },
    ],
    run,
};

/// What the 20 slots of 20 ms serve in a second.
const CAPACITY: f64 = 1_000.0;

/// What a caller waits for an answer that takes 20 ms.
const PATIENCE: u32 = 200;

/// More than are ever under way: each of ten thousand a second, for as long as anybody waits.
const CONNECTIONS: usize = 2_500;

/// No access log, as in the other rows.
const ON: Keys = &[("logs.access", "false")];

/// Nothing is refused, except what nobody waits for any more.
const OFF: Keys = &[
    ("logs.access", "false"),
    ("http.overload.enabled", "false"),
    ("http.max_in_flight", "100000"),
];

fn run(bench: &Bench, policy: Policy, show: &dyn Fn(String)) -> Result<Vec<f64>> {
    let keys = if policy == Policy::On { ON } else { OFF };
    if policy == Policy::Off {
        beside(bench, show)?;
    }
    let service = bench.start_roomy("slots", keys)?;
    let at = |rate| offered(bench, service.address(), rate);
    let unloaded = offer("unloaded", || at(CAPACITY / 5.0).seconds(1.0, 5.0), show)?;
    let flood = || flood(at(10.0 * CAPACITY));
    let what = format!("ten times the capacity, {}", policy.as_str());
    let loaded = match policy {
        Policy::On => offer(&what, flood, show)?,
        Policy::Off => {
            let report = flood().run()?;
            show(format!("  {what}: {report}"));
            report
        }
    };
    Ok(vec![
        loaded.goodput() / CAPACITY,
        p99(&loaded) / p99(&unloaded),
    ])
}

/// The same work on axum: with tower's limit of calls at once and its load shedding, and without any limit behind
/// Envoy's adaptive concurrency.
fn beside(bench: &Bench, show: &dyn Fn(String)) -> Result {
    let limited = Program::bare(roomy(&bench.programs.join("axum_slots")))?;
    compare("axum and tower", bench, limited.address(), show)?;
    limited.interrupt()?;
    let mut line = roomy(&bench.programs.join("axum_slots"));
    line.arg("unlimited");
    let unlimited = Program::bare(line)?;
    match Other::Envoy.front(bench, &[unlimited.address()], Role::Limit) {
        Ok(envoy) => compare("axum behind Envoy", bench, envoy.address(), show)?,
        Err(error) => show(format!("  axum behind Envoy is not measured: {error}")),
    }
    unlimited.interrupt()?;
    Ok(())
}

/// What 99 of 100 who were served waited at most. Where nobody was, all of them waited as long as they would.
fn p99(report: &Report) -> f64 {
    match report.p99(200) {
        0.0 => f64::from(PATIENCE),
        served => served,
    }
}

fn compare(what: &str, bench: &Bench, address: SocketAddr, show: &dyn Fn(String)) -> Result {
    let unloaded = offered(bench, address, CAPACITY / 5.0);
    let unloaded = unloaded.seconds(1.0, 5.0).run()?;
    let loaded = flood(offered(bench, address, 10.0 * CAPACITY)).run()?;
    show(format!(
        "  {what}: goodput {:.3}, p99 ratio {:.3}; {loaded}",
        loaded.goodput() / CAPACITY,
        p99(&loaded) / p99(&unloaded),
    ));
    Ok(())
}

fn offered(bench: &Bench, address: SocketAddr, rate: f64) -> Load {
    Load::new(&load(bench), address, "/v1/work", rate)
        .patience(PATIENCE)
        .header("x-envoy-expected-rq-timeout-ms", &PATIENCE.to_string())
}

/// The service has just started, and the first second is all that isn't counted.
fn flood(load: Load) -> Load {
    load.connections(CONNECTIONS).seconds(1.0, 8.0)
}
