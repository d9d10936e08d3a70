//! `port.…`: the policies of the ports that a component needs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Config, Finding, HumanDuration};
use crate::context::Env;
use crate::http::client::{
    BreakerTable, BudgetTable, BulkheadTable, OneBreaker, OneBudget, OneBulkhead, OneRetry,
    RetryTable, policies,
};
use crate::policy::Stack;
use crate::policy::stack::{MethodSettings, Mistake, StackSettings};
use crate::port::{PortInfo, PortMethod};

/// How the calls of the component's own ports are guarded: what holds for every port, and a table for
/// each that is different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PortSettings {
    /// How long one attempt may take; what the caller has left counts where that is less.
    pub attempt_timeout: HumanDuration,
    /// How long a call may take with all its attempts.
    pub total_timeout: HumanDuration,
    /// The policies of every port: `[port.default.retry]` and so on. What a port says of its own, as
    /// in `[port.stock-store.retry]`, goes before.
    pub default: PortPolicies,
    /// The ports that are different, by name: `[port.stock-store]`.
    #[serde(flatten)]
    pub ports: BTreeMap<String, OnePort>,
}

/// The policies of every port, where it has no tables of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PortPolicies {
    /// How a call that failed is tried again: only `#[idempotent]` methods, and within the budget.
    pub retry: RetryTable,
    /// How many retries there may be.
    pub budget: BudgetTable,
    /// When calls are refused at once because too many failed lately.
    pub breaker: BreakerTable,
    /// How many calls may be under way at once.
    pub bulkhead: BulkheadTable,
}

/// What is different for the port `NAME`, in kebab-case: `[port.stock-store]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OnePort {
    /// As in `[port]`.
    pub attempt_timeout: Option<HumanDuration>,
    /// As in `[port]`.
    pub total_timeout: Option<HumanDuration>,
    /// As `[port.default.retry]`.
    pub retry: OneRetry,
    /// As `[port.default.budget]`.
    pub budget: OneBudget,
    /// As `[port.default.breaker]`.
    pub breaker: OneBreaker,
    /// As `[port.default.bulkhead]`.
    pub bulkhead: OneBulkhead,
    /// What is different for one method, by its name in the trait.
    pub methods: BTreeMap<String, OnePortMethod>,
}

/// What is different for one method: `[port.NAME.methods.METHOD]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OnePortMethod {
    /// As in `[port]`.
    pub attempt_timeout: Option<HumanDuration>,
    /// As in `[port]`.
    pub total_timeout: Option<HumanDuration>,
    /// As in `[port.default.retry]`.
    pub retry: OneRetry,
}

impl Default for PortSettings {
    fn default() -> Self {
        Self {
            attempt_timeout: HumanDuration::from_secs(10),
            total_timeout: HumanDuration::from_secs(30),
            default: PortPolicies::default(),
            ports: BTreeMap::new(),
        }
    }
}

/// The policies of `port`. What cannot work is reported, and read as the defaults.
pub(super) fn stack(config: &Config, port: &PortInfo, env: &Env) -> Arc<Stack> {
    let settings: PortSettings = config.section("port").unwrap_or_default();
    let nothing = OnePort::default();
    let own = settings.ports.get(port.name).unwrap_or(&nothing);
    let wanted = settings.of(own, port);
    let findings = own.unknown(port).chain(own.unsafe_retries(port));
    let mistakes = wanted.mistakes();
    let mistakes = mistakes.iter().map(|mistake| wrong(mistake, port));
    let findings: Vec<Finding> = findings.chain(mistakes).collect();
    let works = findings.is_empty();
    findings.into_iter().for_each(|one| config.report(one));
    let settings = match works {
        true => wanted,
        false => PortSettings::default().of(&nothing, port),
    };
    Arc::new(Stack::unchecked(env.clone(), port.name, settings))
}

impl PortSettings {
    fn of(&self, own: &OnePort, port: &PortInfo) -> StackSettings {
        let all = &self.default;
        StackSettings {
            bulkhead: policies::bulkhead(&own.bulkhead.over(&all.bulkhead)),
            breaker: policies::breaker(&own.breaker.over(&all.breaker)),
            budget: policies::budget(&own.budget.over(&all.budget)),
            methods: port
                .methods
                .iter()
                .map(|method| self.method(own, method))
                .collect(),
            ..StackSettings::default()
        }
    }

    fn method(&self, port: &OnePort, info: &PortMethod) -> MethodSettings {
        let nothing = OnePortMethod::default();
        let own = port.methods.get(info.name).unwrap_or(&nothing);
        let total = own.total_timeout.or(port.total_timeout);
        let total = Duration::from(total.unwrap_or(self.total_timeout));
        let attempt = own.attempt_timeout.or(port.attempt_timeout);
        // What is set is taken as it is, so that a contradiction is found; a default gives way.
        let default = Duration::from(self.attempt_timeout).min(total);
        let retry = port.retry.over(&self.default.retry);
        MethodSettings {
            total_timeout: total,
            attempt_timeout: attempt.map_or(default, Duration::from),
            is_repeatable: info.idempotent,
            retry: policies::retry(&own.retry.over(&retry)),
            hedge: None,
        }
    }
}

impl OnePort {
    /// Tables of methods that the port doesn't have.
    fn unknown(&self, port: &PortInfo) -> impl Iterator<Item = Finding> {
        let known: Vec<&str> = port.methods.iter().map(|method| method.name).collect();
        let unknown = self
            .methods
            .keys()
            .filter(|name| !known.contains(&&***name));
        let finding = |name: &String| {
            let key = format!("port.{}.methods.{name}", port.name);
            Finding::new(key, "the port has no method of this name")
                .expected(format!("one of {}", known.join(", ")))
                .mend("correct the name, or remove the table")
        };
        let findings: Vec<Finding> = unknown.map(finding).collect();
        findings.into_iter()
    }

    /// Retries that were asked for, of methods that may not be repeated.
    fn unsafe_retries(&self, port: &PortInfo) -> impl Iterator<Item = Finding> {
        let is_asked = |method: &&PortMethod| {
            let own = self.methods.get(method.name);
            own.is_some_and(|own| {
                let attempts = own.retry.attempts.unwrap_or(1);
                own.retry.enabled == Some(true) || attempts > 1
            })
        };
        let methods = port.methods.iter().filter(|method| !method.idempotent);
        methods.filter(is_asked).map(|method| {
            let name = method.name;
            let key = format!("port.{}.methods.{name}.retry", port.name);
            let fault =
                format!("`{name}` is not idempotent: trying it again could do its work twice");
            Finding::new(key, fault).mend("mark it `#[idempotent]` in its trait, or remove this")
        })
    }
}

fn wrong(mistake: &Mistake, port: &PortInfo) -> Finding {
    let method = mistake.method.and_then(|index| port.methods.get(index));
    let method = method.map_or_else(String::new, |method| format!("methods.{}.", method.name));
    let policy = match mistake.policy {
        "" => String::new(),
        policy => format!("{policy}."),
    };
    let key = format!("port.{}.{method}{policy}{}", port.name, mistake.setting);
    Finding::new(key, mistake.fault)
}
