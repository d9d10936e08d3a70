//! The tables of the policies: `[client.default.retry]` for all, `[client.NAME.retry]` for one.
//!
//! **A new policy's table goes here**: one entry in [`policies!`] below, its turn into the policy's
//! own settings in `stack.rs`, and its rules in those settings' `check`. The rest follows: defaults
//! for all clients, what is different for one, the book, the template.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::balance::BalanceRule;
use crate::config::{ByteSize, HumanDuration};

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
                pub(crate) fn over(&self, all: &$table) -> $table {
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
        /// From here on a call counts as slow: of a client, half of what an attempt may take.
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

    /// How calls are spread over the instances of a service.
    balance: BalanceTable, OneBalance {
        /// Which instance gets a call. `peak-ewma`: of two by chance the one that answers sooner and
        /// has less to do, the best choice where instances are alike or not. `least-request`: of two
        /// by chance the one with fewer calls in flight, where how long a call takes says nothing of
        /// the instance. `round-robin`: one after the other. `maglev`: calls of one key, by
        /// `hash_policy`, go to one instance, which keeps something for them; calls without a key as by
        /// `peak-ewma`.
        rule: BalanceRule = BalanceRule::PeakEwma,
        /// What calls have in common that belong to one instance, for `maglev`: `header:NAME`,
        /// `parameter:NAME` (of the path or the query) or `principal`.
        hash_policy: String = String::new(),
        /// How long an instance that has just come, or come back, gets less than its part: a tenth
        /// at first. 0s: at once. Ten seconds are enough to fill pools and caches.
        slow_start: HumanDuration = HumanDuration::from_secs(10),
        /// How many instances are called where there are more, the same ones as long as they are
        /// there: with thousands, a caller need not hold connections to each. Take 20 at least, and
        /// so many that all callers together meet every instance 20 times. 0: all, 10,000 at most.
        subset: u32 = 0,
        /// With so many instances or more, calls stay in the own zone (`registry.zone`) as far as its
        /// instances are enough for it. 0: never. With fewer, one that is lost is too much of a zone.
        zone_minimum: u32 = 6,
    }

    /// When an instance is left out, and for how long.
    ejection: EjectionTable, OneEjection {
        /// So many failures in a row eject an instance; 0: none do. What fails is no connection, no
        /// answer in time, or 5xx: a 4xx is an answer.
        consecutive_failures: u32 = 5,
        /// How long the first ejection lasts; each further one lasts that much longer. Then one call
        /// decides whether the instance is back.
        eject_for: HumanDuration = HumanDuration::from_secs(5),
        /// The longest ejection; also the longest that a `Retry-After` is honoured.
        eject_at_most: HumanDuration = HumanDuration::from_secs(60),
        /// The largest share of instances that are ejected at once, from 0 to 1; one may be in any
        /// case, as long as it isn't the only one.
        max_ejected: f64 = 0.5,
        /// With a smaller share of instances left, all are called: when most look ill, it is the
        /// network or we ourselves. 0: never.
        panic_threshold: f64 = 0.5,
        /// How often instances are compared with each other.
        interval: HumanDuration = HumanDuration::from_secs(10),
        /// So many instances with enough calls are needed to compare them.
        minimum_hosts: u32 = 5,
        /// So many calls in an interval make an instance worth comparing.
        minimum_calls: u32 = 100,
        /// An instance whose success rate lies so many standard deviations below the mean is
        /// ejected; 0: none is.
        deviations: f64 = 1.9,
        /// An instance whose calls take so many times as long as those of the middle one is ejected;
        /// 0: none is, because `peak-ewma` gives a slow one little anyway.
        latency_factor: f64 = 0.0,
    }

    /// How many calls an instance gets at once: as many as it answers about as fast as alone, found by
    /// latency as a service does for itself. Who has none left is passed over.
    limit: LimitTable, OneLimit {
        /// Whether there is a limit. Off: who is called knows better how busy it is and says so, and
        /// methods that take a long and a short time look like a queue from outside. For callees that
        /// don't protect themselves.
        enabled: bool = false,
        /// So many calls an instance always gets.
        min_concurrency: u32 = 10,
        /// Never does it get more.
        max_concurrency: u32 = 1024,
        /// How many it gets before anything is known of it, within these bounds.
        initial_concurrency: u32 = 20,
        /// How many times as long as alone a call may take before fewer are made, above 1.
        tolerance: f64 = 1.5,
    }

    /// What is kept of the answers of methods that say `cache = "…"`.
    cache: CacheTable, OneCache {
        /// Whether answers are kept at all.
        enabled: bool = true,
        /// How many bytes of them each client keeps; beyond it those go that were not asked for lately.
        max_bytes: ByteSize = ByteSize::from_mib(16),
        /// For how long an answer that is no longer fresh is still given while a new one is fetched
        /// beside it, where the callee says no other. Nobody waits then, and one call is made, not one
        /// a waiting caller.
        stale_while_revalidate: HumanDuration = HumanDuration::from_secs(10),
        /// For how long an answer that is no longer fresh is given where the callee fails, where it
        /// says no other. An old answer is mostly better than none; 0s where it is not.
        stale_if_error: HumanDuration = HumanDuration::from_secs(300),
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

impl OneRetry {
    /// The setting by which somebody asked for retries of just this.
    pub(crate) fn is_asked(&self) -> Option<&'static str> {
        match (self.attempts, self.enabled) {
            (Some(attempts), _) if attempts > 1 => Some("retry.attempts"),
            (_, Some(true)) => Some("retry.enabled"),
            _ => None,
        }
    }
}
