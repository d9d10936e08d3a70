//! The tables of the policies: `[client.default.retry]` for all, `[client.NAME.retry]` for one.
//!
//! **A new policy's table goes here**: one entry in [`policies!`] below, its turn into the policy's
//! own settings in `stack.rs`, and its rules in those settings' `check`. The rest follows: defaults
//! for all clients, what is different for one, the book, the template.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;

/// Each policy is two tables with the same keys: one with its defaults, one in which each key may be
/// missing.
macro_rules! policies {
    ($(
        $(#[$about:meta])*
        $policy:ident: $table:ident, $one:ident {
            $($(#[$doc:meta])* $key:ident: $type:ty = $default:expr,)*
        }
    )*) => {
        $(
            $(#[$about])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[serde(default, deny_unknown_fields)]
            pub struct $table {
                $($(#[$doc])* pub $key: $type,)*
            }

            impl Default for $table {
                fn default() -> Self {
                    Self { $($key: $default,)* }
                }
            }

            #[doc = concat!("What is different for one client, over `[client.default.", stringify!($policy), "]`.")]
            #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[serde(default, deny_unknown_fields)]
            pub struct $one {
                $(
                    #[doc = concat!("As in `[client.default.", stringify!($policy), "]`.")]
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $key: Option<$type>,
                )*
            }

            impl $one {
                /// What it says over what holds for all.
                pub(super) fn over(&self, all: &$table) -> $table {
                    $table { $($key: self.$key.clone().unwrap_or_else(|| all.$key.clone()),)* }
                }
            }
        )*

        /// The policies of every client, where it has no tables of its own.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Policies {
            $($(#[$about])* pub $policy: $table,)*
        }
    };
}

policies! {
    /// How a call that failed is tried again: only where that is safe, and within the budget.
    retry: RetryTable, OneRetry {
        /// Whether calls are tried again at all. Without it a failed call is left to whoever made it.
        enabled: bool = true,
        /// How many attempts a call may have, the first one and hedges included.
        attempts: u32 = 3,
        /// The longest wait before the first retry; it doubles with each further one, and the wait is
        /// anything from nothing to that, so that callers don't come back in step.
        backoff: HumanDuration = HumanDuration::from_millis(25),
        /// The longest wait of all.
        backoff_at_most: HumanDuration = HumanDuration::from_secs(1),
    }

    /// How many retries and hedges there may be: one budget a dependency, so that a dependency that
    /// fails sees a fifth more calls, not three times as many.
    budget: BudgetTable, OneBudget {
        /// Retries and hedges as a share of the calls, from 0 to 1.
        share: f64 = 0.2,
        /// Retries a second that are free, for dependencies that are seldom called.
        reserve: u32 = 10,
        /// How long a call counts.
        ttl: HumanDuration = HumanDuration::from_secs(10),
    }

    /// A second attempt beside one that takes longer than usual: the first answer wins. Only methods
    /// that may be repeated are hedged.
    hedge: HedgeTable, OneHedge {
        /// Whether calls are hedged. Off: it trades more calls for a shorter tail, and only who knows
        /// the dependency can say whether it has room for them.
        enabled: bool = false,
        /// The share of a method's calls that answer before a hedge is made, above 0 and below 1.
        after: f64 = 0.95,
        /// No hedge is made sooner.
        at_least: HumanDuration = HumanDuration::from_millis(2),
        /// So many answers of a method must have been seen before it is hedged.
        minimum_calls: u32 = 100,
        /// Hedges as a share of the calls, above 0 and at most 1; they count in the budget, too.
        share: f64 = 0.05,
    }

    /// When calls are refused at once because too many failed lately.
    breaker: BreakerTable, OneBreaker {
        /// Whether there is a circuit breaker.
        enabled: bool = true,
        /// Which calls are looked at: those that ended in this time.
        window: HumanDuration = HumanDuration::from_secs(10),
        /// So many of the last calls are looked at instead, at most 65536. 0: those of `window`.
        window_calls: u32 = 0,
        /// So many calls must be in the window before it says anything, so that the first failed call
        /// of a quiet hour opens nothing.
        minimum_calls: u32 = 20,
        /// The share of failed calls that opens the breaker, above 0 and at most 1.
        failure_rate: f64 = 0.5,
        /// From here on a call counts as slow: half of what an attempt may take.
        slow_after: HumanDuration = HumanDuration::from_secs(5),
        /// The share of slow calls that opens the breaker, above 0 and at most 1. Every call: slowness
        /// alone is rarely mended by fewer calls.
        slow_rate: f64 = 1.0,
        /// How long it stays open the first time; each failed trial doubles it.
        open_for: HumanDuration = HumanDuration::from_secs(5),
        /// The longest that it stays open.
        open_at_most: HumanDuration = HumanDuration::from_secs(60),
        /// How many calls may try while it is half-open.
        trials: u32 = 3,
        /// How long the trials may take to decide: a call's whole time.
        trials_within: HumanDuration = HumanDuration::from_secs(30),
        /// What is no failure although it looks like one: statuses such as "501", and what
        /// `error.type` says, such as "timeout". What answers 4xx has not failed in any case.
        ignore: Vec<String> = Vec::new(),
    }

    /// How many calls may be under way at once, so that a dependency that hangs doesn't take all of
    /// its caller with it.
    bulkhead: BulkheadTable, OneBulkhead {
        /// Whether there is a bulkhead.
        enabled: bool = true,
        /// How many calls may be under way at once, over all instances: Envoy's bound.
        max_calls: u32 = 1024,
        /// How many more may wait, none beyond its deadline; further ones fail at once.
        max_waiting: u32 = 256,
    }
}

/// What is different for one method: `[client.NAME.methods.METHOD]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneMethod {
    /// As in `[client]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_timeout: Option<HumanDuration>,
    /// As in `[client.default.retry]`.
    pub retry: OneRetry,
    /// As in `[client.default.hedge]`.
    pub hedge: OneHedge,
}
