//! From what is set to the policies, and what is wrong where they could not work.

use std::time::Duration;

use super::tables::{BreakerTable, BudgetTable, BulkheadTable, HedgeTable, OneMethod, RetryTable};
use super::{OneHedge, Place, Settings};
use crate::config::{Config, Finding, Findings};
use crate::contract::{ContractInfo, MethodInfo};
use crate::policy::breaker::{BreakerSettings, SlidingWindow};
use crate::policy::bulkhead::BulkheadSettings;
use crate::policy::hedge::HedgeSettings;
use crate::policy::retry::{Backoff, BudgetSettings};
use crate::policy::stack::{MethodSettings, RetrySettings, StackSettings};

impl Settings {
    /// The policies around the calls of `contract`.
    pub fn stack(&self, contract: &ContractInfo) -> StackSettings {
        let methods = contract.methods.iter();
        StackSettings {
            bulkhead: bulkhead(&self.policies.bulkhead),
            breaker: breaker(&self.policies.breaker),
            budget: budget(&self.policies.budget),
            methods: methods.map(|info| self.method(info)).collect(),
            ignore: self.policies.breaker.ignore.clone(),
        }
    }

    fn method(&self, info: &MethodInfo) -> MethodSettings {
        let nothing = OneMethod::default();
        let own = self.methods.get(info.name).unwrap_or(&nothing);
        let total = own.total_timeout.map_or(self.total_timeout, Duration::from);
        // What is set is taken as it is, so that a contradiction is found; a default gives way.
        let set = own.attempt_timeout.map(Duration::from);
        let set = set.or(self.attempt_timeout);
        let default = info.timeout.unwrap_or(Self::ATTEMPT).min(total);
        let hedge = own.hedge.over(&self.policies.hedge);
        let may_hedge = info.is_repeatable() || is_wanted(&own.hedge);
        MethodSettings {
            total_timeout: total,
            attempt_timeout: set.unwrap_or(default),
            is_repeatable: info.is_repeatable(),
            retry: retry(&own.retry.over(&self.policies.retry)),
            hedge: hedged(&hedge).filter(|_| may_hedge),
        }
    }

    /// What cannot work, each with the key that it is set by.
    pub(crate) fn findings(&self, config: &Config, contract: &ContractInfo) -> Findings {
        let rows = config.effective();
        let methods: Vec<&str> = contract.methods.iter().map(|info| info.name).collect();
        let place = Place::new("client", contract.name, &methods, &rows);
        let mut findings = Findings::new();
        let mistakes = self.stack(contract).mistakes();
        findings.extend(mistakes.iter().map(|mistake| place.mistake(mistake)));
        let mut others = self.balance_mistakes();
        others.extend(self.connection_mistakes());
        let others = others.into_iter();
        findings.extend(others.map(|(setting, fault)| place.finding(None, setting, &fault)));
        for (name, own) in &self.methods {
            match contract.methods.iter().find(|info| info.name == name) {
                None => findings.add(place.unknown(name)),
                Some(info) => findings.extend(unsafe_retry(&place, info, own)),
            }
        }
        findings
    }
}

/// A retry that was asked for, of a method that may not be repeated.
fn unsafe_retry(place: &Place<'_>, info: &MethodInfo, own: &OneMethod) -> Option<Finding> {
    if info.is_repeatable() {
        return None;
    }
    let setting = own.retry.is_asked()?;
    let verb = &info.verb;
    let fault = format!(
        "`{}` is a {verb} that is not idempotent: trying it again could do its work twice",
        info.name
    );
    let mend = format!(
        "mark it in its contract, `#[{}(\"…\", idempotent)]`, or remove this",
        verb.as_str().to_ascii_lowercase()
    );
    Some(place.finding(Some(info.name), setting, &fault).mend(mend))
}

/// Whether somebody asked for it, for just this method.
fn is_wanted(hedge: &OneHedge) -> bool {
    hedge.enabled == Some(true)
}

pub(crate) fn retry(table: &RetryTable) -> Option<RetrySettings> {
    table.enabled.then(|| RetrySettings {
        attempts: table.attempts,
        backoff: Backoff {
            base: table.backoff.into(),
            cap: table.backoff_at_most.into(),
        },
    })
}

fn hedged(table: &HedgeTable) -> Option<HedgeSettings> {
    table.enabled.then(|| HedgeSettings {
        quantile: table.after,
        at_least: table.at_least.into(),
        minimum_calls: table.minimum_calls,
        share: table.share,
    })
}

pub(crate) fn budget(table: &BudgetTable) -> BudgetSettings {
    BudgetSettings {
        share: table.share,
        reserve: table.reserve,
        ttl: table.ttl.into(),
    }
}

pub(crate) fn breaker(table: &BreakerTable) -> Option<BreakerSettings> {
    let window = match table.window_calls {
        0 => SlidingWindow::Time(table.window.into()),
        calls => SlidingWindow::Calls(calls),
    };
    table.enabled.then(|| BreakerSettings {
        window,
        minimum_calls: table.minimum_calls,
        failure_rate: table.failure_rate,
        slow_after: table.slow_after.into(),
        slow_rate: table.slow_rate,
        open_for: table.open_for.into(),
        open_at_most: table.open_at_most.into(),
        trials: table.trials,
        trials_within: table.trials_within.into(),
    })
}

pub(crate) fn bulkhead(table: &BulkheadTable) -> Option<BulkheadSettings> {
    table.enabled.then_some(BulkheadSettings {
        max_calls: table.max_calls as usize,
        max_waiting: table.max_waiting as usize,
    })
}
