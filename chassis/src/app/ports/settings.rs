//! What is written: `[port]` for every own port, `[port.NAME]` for one.
//!
//! The tables are those of clients; what stands here is which of them a port has, and what they
//! default to: see [`PortPolicies`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::HumanDuration;
use crate::http::client::{
    BreakerTable, BudgetTable, BulkheadTable, OneBreaker, OneBudget, OneBulkhead, OneRetry,
    RetryTable,
};

/// How the calls of the component's own ports are guarded: what holds for every port, and a table for
/// each that is different.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PortSettings {
    /// How long one attempt may take; what the caller has left counts where that is less. Unset: as
    /// long as the caller has, since only you know how long your own adapter takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<HumanDuration>,
    /// How long a call may take with all its attempts. Unset: as long as the caller has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_timeout: Option<HumanDuration>,
    /// The policies of every port: `[port.default.retry]` and so on. What a port says of its own, as
    /// in `[port.stock-store.retry]`, goes before.
    pub default: PortPolicies,
    /// The ports that are different, by name: `[port.stock-store]`.
    #[serde(flatten)]
    pub ports: BTreeMap<String, OnePort>,
}

/// The policies of every port, where it has no tables of its own.
///
/// The defaults are for any adapter, a local file as well as a database elsewhere: none of them makes
/// a call slower, or refuses one that would have gone well. So the breaker opens only when every one
/// of many calls failed, slowness alone opens nothing, and there is a bulkhead only where it is asked
/// for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PortPolicies {
    /// How a call that failed is tried again: only `#[idempotent]` methods, only after an error that
    /// is known to be a fault, and within the budget.
    pub retry: RetryTable,
    /// How many retries there may be.
    pub budget: BudgetTable,
    /// When calls are refused at once because too many failed lately.
    #[serde(deserialize_with = "breaker")]
    pub breaker: BreakerTable,
    /// How many calls may be under way at once. There is one where its `max_calls` is set.
    #[serde(deserialize_with = "bulkhead")]
    pub bulkhead: BulkheadTable,
}

/// What is different for the port `NAME`, in kebab-case: `[port.stock-store]`. The tables of
/// `[port.default]` may stand here as well: `[port.NAME.breaker]`; and a table for each method that is
/// different: `[port.NAME.methods.METHOD]` with `attempt_timeout`, `total_timeout` and `retry`.
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

impl Default for PortPolicies {
    fn default() -> Self {
        Self {
            retry: RetryTable::default(),
            budget: BudgetTable::default(),
            breaker: BreakerTable {
                minimum_calls: 50,
                // Every call: a method that fails takes none with it that goes well.
                failure_rate: 1.0,
                // A slow call gave what it is for.
                slow_after: HumanDuration::from_secs(3600),
                // What is mended is soon found out: a file can be asked often.
                open_for: HumanDuration::from_secs(1),
                open_at_most: HumanDuration::from_secs(10),
                ..BreakerTable::default()
            },
            bulkhead: BulkheadTable {
                enabled: false,
                ..BulkheadTable::default()
            },
        }
    }
}

impl PortPolicies {
    /// The bulkhead that `own` makes of what holds for all: a bound that somebody sets is meant.
    pub(super) fn bulkhead(own: &OneBulkhead, all: &BulkheadTable) -> BulkheadTable {
        let is_set = own.max_calls.is_some() || own.max_waiting.is_some();
        BulkheadTable {
            enabled: own.enabled.unwrap_or(all.enabled || is_set),
            ..own.over(all)
        }
    }
}

/// What is missing is a port's default, not a client's.
fn breaker<'de, D: Deserializer<'de>>(input: D) -> Result<BreakerTable, D::Error> {
    let own = OneBreaker::deserialize(input)?;
    Ok(own.over(&PortPolicies::default().breaker))
}

fn bulkhead<'de, D: Deserializer<'de>>(input: D) -> Result<BulkheadTable, D::Error> {
    let own = OneBulkhead::deserialize(input)?;
    let all = PortPolicies::default().bulkhead;
    Ok(PortPolicies::bulkhead(&own, &all))
}
