//! One of three endpoints is killed under load: no call that may be repeated fails.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::super::measure::Bench;
use super::beside::{self, Other, Role};
use super::{Bound, Fault, Figure, Policy, load};
use crate::Result;
use crate::drive::{Load, Program, Report};

pub(super) const FAULT: Fault = Fault {
    programs: &[
        ("bench-chassis", "slots"),
        ("bench-chassis", "front"),
        ("bench-fault", "usual_front"),
    ],
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
    if policy == Policy::Off {
        beside::show("one of three killed", show, |other| others(other, bench));
    }
    let mut endpoints = three(bench)?;
    let addresses = endpoints.iter().map(|one| one.address().to_string());
    let url = format!("static:{}", addresses.collect::<Vec<_>>().join(","));
    let mut keys = vec![("client.slots.url", url.as_str())];
    keys.extend(ON);
    if policy == Policy::Off {
        keys.extend(OFF);
    }
    let front = bench.start("front", &keys)?;
    let report = killed(bench, front.address(), "/v1/pass", &mut endpoints)?;
    show(format!(
        "  one of three killed, {}: {report}",
        policy.as_str()
    ));
    Ok(vec![failed(&report)])
}

fn three(bench: &Bench) -> Result<Vec<Program>> {
    (0..3).map(|_| bench.start("slots", ON)).collect()
}

/// Load on a front of these endpoints, one of which is killed meanwhile.
fn killed(
    bench: &Bench,
    front: SocketAddr,
    path: &str,
    endpoints: &mut Vec<Program>,
) -> Result<Report> {
    let offering = Load::new(&load(bench), front, path, RATE)
        .seconds(1.0, 6.0)
        .start()?;
    // In the middle of what is measured.
    thread::sleep(Duration::from_secs(3));
    let killed = endpoints.pop().map(|one| one.end("KILL"));
    killed.ok_or("there are no endpoints")??;
    offering.finish()
}

/// The share of calls that failed.
fn failed(report: &Report) -> f64 {
    let (sent, good) = report.sent();
    (sent - good) / sent
}

/// The same through a caller of another make.
fn others(other: Other, bench: &Bench) -> Result<f64> {
    let mut endpoints = three(bench)?;
    let addresses: Vec<_> = endpoints.iter().map(Program::address).collect();
    let front = other.front(bench, &addresses, Role::Balance)?;
    Ok(failed(&killed(
        bench,
        front.address(),
        "/v1/work",
        &mut endpoints,
    )?))
}
