//! Ten times as many requests as can be served: those admitted are as quick as ever, and there are as
//! many of them.

use super::super::cases::Keys;
use super::super::measure::Bench;
use super::{Bound, Fault, Figure, Policy, load, offer};
use crate::Result;
use crate::drive::Load;

pub(super) const FAULT: Fault = Fault {
    programs: &[("bench-chassis", "slots")],
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
    let service = bench.start_roomy("slots", keys)?;
    let at = |rate| {
        Load::new(&load(bench), service.address(), "/v1/work", rate)
            .patience(PATIENCE)
            .header("x-envoy-expected-rq-timeout-ms", &PATIENCE.to_string())
    };
    let unloaded = offer("unloaded", || at(CAPACITY / 5.0).seconds(1.0, 5.0), show)?;
    let flood = || {
        at(10.0 * CAPACITY)
            .connections(CONNECTIONS)
            .seconds(4.0, 8.0)
    };
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
        loaded.p99(200) / unloaded.p99(200),
    ])
}
