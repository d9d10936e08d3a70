//! One of ten endpoints is ten times as slow as the others: the slowest of a hundred calls hardly takes
//! longer than where none is.

use super::super::measure::Bench;
use super::beside::{self, Other, Role};
use super::{Bound, Fault, Figure, Policy, load, offer};
use crate::Result;
use crate::drive::{Load, Program};

pub(super) const FAULT: Fault = Fault {
    programs: &[
        ("bench-chassis", "slots"),
        ("bench-chassis", "front"),
        ("bench-fault", "usual_front"),
    ],
    figures: &[Figure {
        name: "slow_endpoint.p99_ratio",
        bound: Bound::AtMost(1.3),
    }],
    run,
};

/// How many endpoints there are.
const ENDPOINTS: usize = 10;

/// Calls a second: of 20 ms each, less than one is under way at each endpoint.
const RATE: f64 = 300.0;

const ON: &[(&str, &str)] = &[("logs.access", "false")];

/// Each in its turn, whatever it takes.
const OFF: &[(&str, &str)] = &[("client.default.balance.rule", "round-robin")];

/// 200 ms in place of 20.
const SLOW: &[(&str, &str)] = &[("logs.access", "false"), ("work.slower", "10")];

fn run(bench: &Bench, policy: Policy, show: &dyn Fn(String)) -> Result<Vec<f64>> {
    let mut endpoints = Vec::new();
    for _ in 0..ENDPOINTS {
        endpoints.push(bench.start("slots", ON)?);
    }
    let slow = bench.start("slots", SLOW)?;
    let healthy: Vec<&Program> = endpoints.iter().collect();
    let with_slow: Vec<&Program> = endpoints[1..].iter().chain([&slow]).collect();
    if policy == Policy::Off {
        beside::show("one of ten is slow", show, |other| {
            let one = others(other, bench, &with_slow)?;
            Ok(one / others(other, bench, &healthy)?)
        });
    }
    let none = p99(bench, "none is slow", &healthy, policy, show)?;
    let one = p99(bench, "one of ten is slow", &with_slow, policy, show)?;
    Ok(vec![one / none])
}

/// What 99 of 100 calls take at most through a caller of another make.
fn others(other: Other, bench: &Bench, endpoints: &[&Program]) -> Result<f64> {
    let addresses: Vec<_> = endpoints.iter().map(|one| one.address()).collect();
    let front = other.front(bench, &addresses, Role::Balance)?;
    let load = Load::new(&load(bench), front.address(), "/v1/work", RATE);
    Ok(load.seconds(3.0, 10.0).run()?.p99(200))
}

/// What 99 of 100 calls through a caller of these endpoints take at most.
fn p99(
    bench: &Bench,
    what: &str,
    endpoints: &[&Program],
    policy: Policy,
    show: &dyn Fn(String),
) -> Result<f64> {
    let addresses = endpoints.iter().map(|one| one.address().to_string());
    let url = format!("static:{}", addresses.collect::<Vec<_>>().join(","));
    let mut keys = vec![("client.slots.url", url.as_str())];
    keys.extend(ON);
    if policy == Policy::Off {
        keys.extend(OFF);
    }
    let front = bench.start("front", &keys)?;
    // The first seconds are for finding out who is slow.
    let load = || Load::new(&load(bench), front.address(), "/v1/pass", RATE).seconds(3.0, 10.0);
    let report = offer(&format!("{what}, {}", policy.as_str()), load, show)?;
    Ok(report.p99(200))
}
