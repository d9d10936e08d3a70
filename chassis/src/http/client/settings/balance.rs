//! From what is set to the balance and the ejection, and what is wrong where they could not work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::tables::{BalanceTable, EjectionTable, LimitTable};
use crate::config::HumanDuration;
use crate::http::client::balance::{BalanceOptions, KeySource};
use crate::policy::balance::{BalanceSettings, Rule};
use crate::policy::ejection::EjectionSettings;
use crate::policy::limit::LimitSettings;

/// Which instance gets a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BalanceRule {
    /// The better of two by load.
    PeakEwma,
    /// The better of two by calls in flight.
    LeastRequest,
    /// One after the other.
    RoundRobin,
    /// By key.
    Maglev,
}

/// The key of the setting that is wrong, and what is.
pub(super) type Fault = (&'static str, String);

impl Settings {
    /// Which instance gets a call, and which one is left out.
    pub fn balance(&self) -> BalanceOptions {
        BalanceOptions {
            choice: choice(&self.policies.balance),
            // One that cannot work was found when the settings were read.
            key: key(&self.policies.balance).ok().flatten(),
            ejection: ejection(&self.policies.ejection),
            limit: limit(&self.policies.limit),
            zone: self.zone.clone(),
        }
    }

    pub(super) fn balance_mistakes(&self) -> Vec<Fault> {
        let mut faults = wrong(&self.policies.ejection);
        faults.extend(key(&self.policies.balance).err());
        faults.extend(limit(&self.policies.limit).and_then(unworkable));
        faults
    }
}

fn choice(table: &BalanceTable) -> BalanceSettings {
    BalanceSettings {
        rule: match table.rule {
            BalanceRule::PeakEwma => Rule::PeakEwma,
            BalanceRule::LeastRequest => Rule::LeastRequest,
            BalanceRule::RoundRobin => Rule::RoundRobin,
            BalanceRule::Maglev => Rule::Maglev,
        },
        slow_start: table.slow_start.into(),
        subset: table.subset as usize,
        zone_minimum: table.zone_minimum as usize,
        ..BalanceSettings::default()
    }
}

fn key(table: &BalanceTable) -> Result<Option<KeySource>, Fault> {
    let is_set = !table.hash_policy.is_empty();
    match table.rule {
        BalanceRule::Maglev if is_set => table
            .hash_policy
            .parse()
            .map(Some)
            .map_err(|fault| ("balance.hash_policy", fault)),
        BalanceRule::Maglev => {
            let fault = "maglev needs a key, and none is set: balance.hash_policy";
            Err(("balance.rule", fault.to_owned()))
        }
        _ if is_set => {
            let fault = "is looked at only by rule = \"maglev\", and the rule is another";
            Err(("balance.hash_policy", fault.to_owned()))
        }
        _ => Ok(None),
    }
}

fn ejection(table: &EjectionTable) -> EjectionSettings {
    EjectionSettings {
        consecutive_failures: table.consecutive_failures,
        eject_for: table.eject_for.into(),
        eject_at_most: table.eject_at_most.into(),
        max_ejected: table.max_ejected,
        panic_threshold: table.panic_threshold,
        interval: table.interval.into(),
        minimum_hosts: table.minimum_hosts as usize,
        minimum_calls: table.minimum_calls.into(),
        deviations: table.deviations,
        latency_factor: table.latency_factor,
    }
}

fn limit(table: &LimitTable) -> Option<LimitSettings> {
    let least = table.min_concurrency;
    table.enabled.then(|| LimitSettings {
        min_concurrency: least,
        max_concurrency: table.max_concurrency,
        initial_concurrency: table
            .initial_concurrency
            .min(table.max_concurrency)
            .max(least),
        tolerance: table.tolerance,
        ..LimitSettings::default()
    })
}

fn unworkable(settings: LimitSettings) -> Option<Fault> {
    let mistake = settings.check().err()?;
    let key = match mistake.setting {
        "min_concurrency" => "limit.min_concurrency",
        "max_concurrency" => "limit.max_concurrency",
        "tolerance" => "limit.tolerance",
        _ => "limit.initial_concurrency",
    };
    Some((key, mistake.fault.to_owned()))
}

fn wrong(table: &EjectionTable) -> Vec<Fault> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let zero = HumanDuration::from_secs(0);
    let factor = table.latency_factor;
    let rules = [
        (
            share(table.max_ejected),
            "ejection.max_ejected",
            "must be from 0 to 1: a share of the instances",
        ),
        (
            share(table.panic_threshold),
            "ejection.panic_threshold",
            "must be from 0 to 1: a share of the instances",
        ),
        (
            table.eject_for > zero,
            "ejection.eject_for",
            "must be above 0; to eject nobody set consecutive_failures = 0 and deviations = 0",
        ),
        (
            table.eject_for <= table.eject_at_most,
            "ejection.eject_at_most",
            "is less than eject_for",
        ),
        (
            table.interval > zero,
            "ejection.interval",
            "must be above 0, or nothing is ever compared",
        ),
        (
            table.deviations >= 0.0 && table.deviations.is_finite(),
            "ejection.deviations",
            "must be 0 or above",
        ),
        (
            factor == 0.0 || (factor > 1.0 && factor.is_finite()),
            "ejection.latency_factor",
            "must be above 1, or half of the instances would be too slow; 0 turns it off",
        ),
    ];
    let broken = rules.into_iter().filter(|(holds, ..)| !holds);
    broken
        .map(|(_, key, fault)| (key, fault.to_owned()))
        .collect()
}
