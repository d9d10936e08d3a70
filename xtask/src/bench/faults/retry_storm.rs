//! Three tiers that all retry, above one that always fails: the failing one must see a fifth more
//! calls, not twenty-seven times as many.

use super::super::measure::Bench;
use super::beside::{self, Other, Role};
use super::{Bound, Fault, Figure, Policy, load};
use crate::Result;
use crate::drive::{Load, Program, get};

pub(super) const FAULT: Fault = Fault {
    programs: &[("bench-chassis", "tier"), ("bench-fault", "usual_front")],
    figures: &[Figure {
        name: "retry_storm.amplification",
        bound: Bound::AtMost(1.25),
    }],
    run,
};

/// How many tiers retry.
const TIERS: usize = 3;

/// Calls a second: many enough that the retries that are free don't count much.
const RATE: f64 = 600.0;

/// The same for tiers that multiply: the bottom must bear it.
const SLOW_RATE: f64 = 100.0;

const SILENT: &[(&str, &str)] = &[("logs.access", "false")];

/// The breaker would end the storm sooner than it can be measured: it is the budget that is asked for.
const ON: &[(&str, &str)] = &[("client.default.breaker.enabled", "false")];

/// A budget that is never spent. That who was tried enough says so upward stays on: without it the
/// bottom would see three times as much again with every tier.
const OFF: &[(&str, &str)] = &[
    ("client.default.budget.share", "1.0"),
    ("client.default.budget.reserve", "1000000"),
];

fn run(bench: &Bench, policy: Policy, show: &dyn Fn(String)) -> Result<Vec<f64>> {
    if policy == Policy::Off {
        beside::show("three tiers", show, |other| others(other, bench));
    }
    let bottom = tier(bench, None, policy)?;
    let mut tiers: Vec<Program> = Vec::new();
    for _ in 0..TIERS {
        let next = tiers.last().unwrap_or(&bottom).address().to_string();
        tiers.push(tier(bench, Some(&next), policy)?);
    }
    let top = tiers.last().ok_or("there are no tiers")?;
    let load = Load::new(&load(bench), top.address(), "/v1/pass", RATE).seconds(0.5, 10.0);
    let report = load.run()?;
    show(format!("  three tiers, {}: {report}", policy.as_str()));
    let (offered, seen) = (served(top)?, served(&bottom)?);
    show(format!(
        "  {seen} calls at the bottom, {offered} at the top"
    ));
    Ok(vec![seen / offered])
}

/// The same with tiers of another make.
fn others(other: Other, bench: &Bench) -> Result<f64> {
    let bottom = tier(bench, None, Policy::On)?;
    let mut tiers: Vec<Program> = Vec::new();
    for _ in 0..TIERS {
        let next = tiers.last().unwrap_or(&bottom).address();
        tiers.push(other.front(bench, &[next], Role::Tier)?);
    }
    let top = tiers.last().ok_or("there are no tiers")?;
    let load = Load::new(&load(bench), top.address(), "/v1/pass", SLOW_RATE);
    let (sent, _) = load.seconds(0.0, 10.0).run()?.sent();
    Ok(served(&bottom)? / sent)
}

fn tier(bench: &Bench, next: Option<&str>, policy: Policy) -> Result<Program> {
    let is_bottom = next.is_none().to_string();
    let url = next.map(|next| format!("static:{next}"));
    let mut keys = vec![("place.bottom", is_bottom.as_str())];
    keys.extend(SILENT);
    // The bottom calls nobody, and is told of no client.
    if url.is_some() {
        keys.extend(ON);
    }
    if url.is_some() && policy == Policy::Off {
        keys.extend(OFF);
    }
    keys.extend(url.as_deref().map(|url| ("client.tier.url", url)));
    bench.start("tier", &keys)
}

/// How many calls it has served, whatever it answered.
fn served(program: &Program) -> Result<f64> {
    let answer = get(program.probe(), "/metrics", &[])?;
    let text = String::from_utf8(answer.body)?;
    let counts = text.lines().filter_map(|line| {
        let (series, count) = line.rsplit_once(' ')?;
        let name = "http_server_request_duration_seconds_count{";
        let is_it = series.starts_with(name) && series.contains("/v1/pass");
        is_it.then(|| count.parse::<f64>().ok())?
    });
    let served: f64 = counts.sum();
    match served > 0.0 {
        true => Ok(served),
        false => Err("its metrics count no call of /v1/pass".into()),
    }
}
