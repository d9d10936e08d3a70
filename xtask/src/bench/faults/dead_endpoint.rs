//! One of three endpoints is killed under load: no call that may be repeated fails.

use std::thread;
use std::time::Duration;

use super::super::measure::Bench;
use super::{Bound, Fault, Figure, Policy, load};
use crate::Result;
use crate::drive::{Load, Program};

pub(super) const FAULT: Fault = Fault {
    programs: &[("bench-chassis", "slots"), ("bench-chassis", "front")],
    figures: &[Figure {
        name: "dead_endpoint.failed",
        bound: Bound::AtMost(0.0),
    }],
    run,
};

/// Calls a second: of 20 ms each, four are under way at each endpoint when it is killed.
const RATE: f64 = 600.0;

const ON: &[(&str, &str)] = &[("logs.access", "false")];

const OFF: &[(&str, &str)] = &[("client.default.retry.enabled", "false")];

fn run(bench: &Bench, policy: Policy, show: &dyn Fn(String)) -> Result<Vec<f64>> {
    let mut endpoints = Vec::new();
    for _ in 0..3 {
        endpoints.push(bench.start("slots", ON)?);
    }
    let addresses = endpoints.iter().map(|one| one.address().to_string());
    let url = format!("static:{}", addresses.collect::<Vec<_>>().join(","));
    let mut keys = vec![("client.slots.url", url.as_str())];
    keys.extend(ON);
    if policy == Policy::Off {
        keys.extend(OFF);
    }
    let front = bench.start("front", &keys)?;
    let offering = Load::new(&load(bench), front.address(), "/v1/pass", RATE)
        .seconds(1.0, 6.0)
        .start()?;
    // In the middle of what is measured.
    thread::sleep(Duration::from_secs(3));
    let killed = endpoints.pop().map(|one: Program| one.end("KILL"));
    killed.ok_or("there are no endpoints")??;
    let report = offering.finish()?;
    show(format!(
        "  one of three killed, {}: {report}",
        policy.as_str()
    ));
    let (sent, good) = report.sent();
    Ok(vec![(sent - good) / sent])
}
