//! From what is set to the policies, and what is wrong where they could not work.

use std::time::Duration;

use super::tables::{BreakerTable, BulkheadTable, HedgeTable, OneMethod, RetryTable};
use super::{OneHedge, Settings};
use crate::config::{Config, Finding, Findings, Row};
use crate::contract::{ContractInfo, MethodInfo};
use crate::policy::breaker::{BreakerSettings, SlidingWindow};
use crate::policy::bulkhead::BulkheadSettings;
use crate::policy::hedge::HedgeSettings;
use crate::policy::retry::{Backoff, BudgetSettings};
use crate::policy::stack::{MethodSettings, Mistake, RetrySettings, StackSettings};

impl Settings {
    /// The policies around the calls of `contract`.
    pub fn stack(&self, contract: &ContractInfo) -> StackSettings {
        let budget = &self.policies.budget;
        let methods = contract.methods.iter();
        StackSettings {
            bulkhead: bulkhead(&self.policies.bulkhead),
            breaker: breaker(&self.policies.breaker),
            budget: BudgetSettings {
                share: budget.share,
                reserve: budget.reserve,
                ttl: budget.ttl.into(),
            },
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
    pub(super) fn findings(&self, config: &Config, contract: &ContractInfo) -> Findings {
        let rows = config.effective();
        let place = Place {
            rows: &rows,
            contract,
        };
        let mut findings = Findings::new();
        let mistakes = self.stack(contract).mistakes();
        findings.extend(mistakes.iter().map(|mistake| place.mistake(mistake)));
        let balance = self.balance_mistakes().into_iter();
        findings.extend(balance.map(|(setting, fault)| place.finding(None, setting, &fault)));
        for (name, own) in &self.methods {
            match contract.methods.iter().find(|info| info.name == name) {
                None => findings.add(place.unknown(name)),
                Some(info) => findings.extend(place.unsafe_retry(info, own)),
            }
        }
        findings
    }
}

/// Whether somebody asked for it, for just this method.
fn is_wanted(hedge: &OneHedge) -> bool {
    hedge.enabled == Some(true)
}

fn retry(table: &RetryTable) -> Option<RetrySettings> {
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

fn breaker(table: &BreakerTable) -> Option<BreakerSettings> {
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

fn bulkhead(table: &BulkheadTable) -> Option<BulkheadSettings> {
    table.enabled.then_some(BulkheadSettings {
        max_calls: table.max_calls as usize,
        max_waiting: table.max_waiting as usize,
    })
}

/// Finds where in the configuration a setting comes from.
struct Place<'a> {
    rows: &'a [Row],
    contract: &'a ContractInfo,
}

impl Place<'_> {
    fn mistake(&self, mistake: &Mistake) -> Finding {
        let setting = match mistake.policy {
            "" => mistake.setting.to_owned(),
            policy => format!("{policy}.{}", mistake.setting),
        };
        let method = mistake.method.map(|index| &self.contract.methods[index]);
        self.finding(method, &setting, mistake.fault)
    }

    /// A finding on the key that sets `setting` for `method`, or for the client, or for all.
    fn finding(&self, method: Option<&MethodInfo>, setting: &str, fault: &str) -> Finding {
        let name = self.contract.name;
        let own = method.map(|info| format!("client.{name}.methods.{}.{setting}", info.name));
        let keys = own.into_iter().chain([
            format!("client.{name}.{setting}"),
            format!("client.default.{setting}"),
            format!("client.{setting}"),
        ]);
        let keys: Vec<String> = keys.collect();
        let set = keys.iter().find_map(|key| self.row(key));
        match set {
            Some(row) => Finding::new(row.key(), fault)
                .at(row.origin().clone())
                .found(row.value()),
            None => Finding::new(format!("client.{name}.{setting}"), fault),
        }
    }

    /// The row of a key that somebody set, in a section of all or of a component.
    fn row(&self, key: &str) -> Option<&Row> {
        let wanted = key.replace('-', "_");
        self.rows
            .iter()
            .filter(|row| !row.is_default())
            .find(|row| {
                let known = row.key().replace('-', "_");
                known == wanted || known.ends_with(&format!(".{wanted}"))
            })
    }

    /// A retry that was asked for, of a method that may not be repeated.
    fn unsafe_retry(&self, info: &MethodInfo, own: &OneMethod) -> Option<Finding> {
        let is_asked = own.retry.enabled == Some(true)
            || own.retry.attempts.is_some_and(|attempts| attempts > 1);
        if info.is_repeatable() || !is_asked {
            return None;
        }
        let setting = match own.retry.attempts {
            Some(_) => "retry.attempts",
            None => "retry.enabled",
        };
        let verb = &info.verb;
        let fault = format!(
            "`{}` is a {verb} that is not idempotent: trying it again could do its work twice",
            info.name
        );
        let mend = format!(
            "mark it in its contract, `#[{}(\"…\", idempotent)]`, or remove this",
            verb.as_str().to_ascii_lowercase()
        );
        Some(self.finding(Some(info), setting, &fault).mend(mend))
    }

    fn unknown(&self, method: &str) -> Finding {
        let name = self.contract.name;
        let key = format!("client.{name}.methods.{method}");
        let known: Vec<&str> = self.contract.methods.iter().map(|info| info.name).collect();
        let finding = Finding::new(&key, "the contract has no method of this name")
            .expected(format!("one of {}", known.join(", ")))
            .mend("correct the name, or remove the table");
        let inside = format!("{}.", key.replace('-', "_"));
        let row = self
            .rows
            .iter()
            .find(|row| row.key().replace('-', "_").contains(&inside));
        match row {
            Some(row) => finding.at(row.origin().clone()),
            None => finding,
        }
    }
}
