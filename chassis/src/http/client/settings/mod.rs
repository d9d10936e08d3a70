//! What can be set of a client: `[client]` for all, `[client.NAME]` for one.
//!
//! `all.rs` is what is written, `tables.rs` the tables of the policies; [`Settings`] is what comes of
//! it for one client, and `stack.rs` makes the policies' own settings of that, or says what is wrong, with
//! its `place.rs` in the configuration. Own ports have the same tables.

mod adjust;
mod all;
mod balance;
mod connection;
mod place;
mod stack;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

pub use self::all::{ClientSettings, OneClient, Protocol};
pub use self::balance::BalanceRule;
pub(crate) use self::place::Place;
pub(crate) use self::stack::{breaker, budget, bulkhead, retry};
pub use self::tables::{
    BalanceTable, BreakerTable, BudgetTable, BulkheadTable, CacheTable, EjectionTable, HedgeTable,
    LimitTable, OneBalance, OneBreaker, OneBudget, OneBulkhead, OneCache, OneEjection, OneHedge,
    OneLimit, OneMethod, OneRetry, Policies, RetryTable,
};
use crate::config::{Config, Findings};
use crate::contract::ContractInfo;
use crate::http::tls::TlsSettings;

/// The settings of one client: `[client.NAME]` over `[client]` over the defaults.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "documented where they are written, in `ClientSettings`"
)]
pub struct Settings {
    /// Where the service is; [`Target::parse`](super::Target::parse) reads it. `None`: `local:`
    /// where it is composed, else `registry:` and the contract's name.
    pub url: Option<String>,
    pub required: bool,
    pub connect_timeout: Duration,
    pub attempt_timeout: Option<Duration>,
    pub total_timeout: Duration,
    pub protocol: Protocol,
    pub tls: TlsSettings,
    pub ping_interval: Duration,
    pub max_connections: usize,
    pub max_waiting: usize,
    pub idle_timeout: Duration,
    pub max_age: Duration,
    pub max_answer: usize,
    pub max_item: usize,
    pub silence_timeout: Duration,
    pub policies: Policies,
    /// What is different for a method, by its name in the contract.
    pub methods: BTreeMap<String, OneMethod>,
    /// Where this process runs, if anybody said so: `registry.zone`.
    pub zone: Option<String>,
}

impl Settings {
    /// The limit of an attempt where neither the settings nor the method say one.
    pub(super) const ATTEMPT: Duration = Duration::from_secs(10);

    /// Reads the settings of the client for `contract` (kebab-case).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with section `[client]`.
    pub fn read(config: &Config, contract: &str) -> Result<Self, Findings> {
        let all: ClientSettings = config.section("client")?;
        let registry: crate::discovery::Settings = config.section("registry")?;
        Ok(Self {
            zone: registry.zone,
            ..all.client(contract)
        })
    }

    /// The same, and checks that the policies can work for the methods of `contract`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with section `[client]` or cannot work.
    pub fn of(config: &Config, contract: &ContractInfo) -> Result<Self, Findings> {
        let settings = Self::read(config, contract.name)?;
        let findings = settings.findings(config, contract);
        findings.into_result(settings)
    }
}

impl Settings {
    /// What of `new` a running client takes over: policies and timeouts. The rest, such as URL,
    /// connections, TLS, cache and limits, stays as it was when the client was made.
    pub(crate) fn following(&self, new: Self) -> Self {
        let (cache, limit) = (self.policies.cache.clone(), self.policies.limit.clone());
        Self {
            attempt_timeout: new.attempt_timeout,
            total_timeout: new.total_timeout,
            policies: Policies {
                cache,
                limit,
                ..new.policies
            },
            methods: new.methods,
            ..self.clone()
        }
    }

    /// Whether a running client takes over the setting at `key`, as it stands in `[client.NAME]`.
    pub(crate) fn follows(key: &str) -> bool {
        let table = key.split_once('.').map_or(key, |(table, _)| table);
        matches!(
            table,
            "attempt_timeout"
                | "total_timeout"
                | "methods"
                | "retry"
                | "budget"
                | "hedge"
                | "breaker"
                | "bulkhead"
                | "balance"
                | "ejection"
        )
    }
}

impl Default for Settings {
    fn default() -> Self {
        ClientSettings::default().client("")
    }
}
