//! [`StackSettings`], and what is wrong with settings that cannot work.

use std::fmt;
use std::time::Duration;

use super::super::breaker::{self, BreakerSettings};
use super::super::bulkhead::BulkheadSettings;
use super::super::hedge::HedgeSettings;
use super::super::retry::{Backoff, BudgetSettings};

/// The settings of one dependency's [`Stack`](super::Stack).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StackSettings {
    /// How many calls may be under way at once. `None`: as many as come.
    pub bulkhead: Option<BulkheadSettings>,
    /// When calls are refused because others failed. `None`: never.
    pub breaker: Option<BreakerSettings>,
    /// How many retries and hedges there may be in all.
    pub budget: BudgetSettings,
    /// What holds for each method, in the dependency's order.
    pub methods: Vec<MethodSettings>,
    /// What is no failure although it looks like one, by its `error.type`: `501`, `timeout`.
    pub ignore: Vec<String>,
}

/// The settings of one method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MethodSettings {
    /// How long a call may take with all its attempts. Default: 30 s.
    pub total_timeout: Duration,
    /// How long one attempt may take. Default: 10 s.
    pub attempt_timeout: Duration,
    /// Whether it may be done twice without harm. Default: no.
    pub is_repeatable: bool,
    /// How it is tried again. `None`: not at all.
    pub retry: Option<RetrySettings>,
    /// When it is asked twice at once. `None`: never, the default.
    pub hedge: Option<HedgeSettings>,
}

impl Default for MethodSettings {
    fn default() -> Self {
        Self {
            total_timeout: Duration::from_secs(30),
            attempt_timeout: Duration::from_secs(10),
            is_repeatable: false,
            retry: Some(RetrySettings::default()),
            hedge: None,
        }
    }
}

/// How a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// How many attempts there may be, the first and hedges included. Default: 3.
    pub attempts: u32,
    /// How long it waits between two.
    pub backoff: Backoff,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 3,
            backoff: Backoff::default(),
        }
    }
}

/// A setting that cannot work: of which policy, which, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Mistake {
    /// The policy: `retry`, `hedge`, `breaker`, `bulkhead`; empty for the call as a whole.
    pub policy: &'static str,
    /// The setting's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub fault: &'static str,
    /// Of which method; `None` where it concerns all of them.
    pub method: Option<usize>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.policy.is_empty() {
            write!(f, "{}.", self.policy)?;
        }
        write!(f, "{} {}", self.setting, self.fault)
    }
}

impl Mistake {
    pub(super) fn new(policy: &'static str, mistake: breaker::Mistake) -> Self {
        Self {
            policy,
            setting: mistake.setting,
            fault: mistake.fault,
            method: None,
        }
    }
}

/// Whether it holds, of which policy and setting, and what is wrong where it doesn't.
type Rule = (bool, &'static str, &'static str, &'static str);

impl StackSettings {
    /// The settings of the method at `index`; of one that isn't listed, the defaults.
    #[inline]
    pub fn method(&self, index: usize) -> MethodSettings {
        self.methods.get(index).copied().unwrap_or_default()
    }

    /// The hedges' share of the budget: the largest that a method has.
    pub(super) fn hedges(&self) -> BudgetSettings {
        let shares = self.methods.iter().filter_map(|method| method.hedge);
        BudgetSettings {
            share: shares.map(|hedge| hedge.share).fold(0.0, f64::max),
            reserve: 0,
            ttl: self.budget.ttl,
        }
    }

    /// Finds the first setting that cannot work.
    ///
    /// # Errors
    ///
    /// [`Mistake`]: a limit of zero, an attempt that may take longer than the call, a share above
    /// one, a budget that can never give anything, a window of nothing.
    pub fn check(&self) -> Result<(), Mistake> {
        match self.mistakes().first() {
            Some(mistake) => Err(*mistake),
            None => Ok(()),
        }
    }

    /// Everything that cannot work.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = broken(&self.shared(), None);
        if let Some(Err(mistake)) = self.breaker.as_ref().map(BreakerSettings::check) {
            mistakes.push(Mistake::new("breaker", mistake));
        }
        for (index, method) in self.methods.iter().enumerate() {
            let mut rules = method.times().to_vec();
            rules.extend(method.retries());
            rules.extend(method.hedges());
            mistakes.extend(broken(&rules, Some(index)));
        }
        mistakes
    }

    fn shared(&self) -> [Rule; 5] {
        let BudgetSettings {
            share,
            reserve,
            ttl,
        } = self.budget;
        let calls = self.bulkhead.map_or(1, |bulkhead| bulkhead.max_calls);
        [
            (
                (0.0..=1.0).contains(&share),
                "budget",
                "share",
                "must be from 0 to 1: a share of the calls",
            ),
            (
                share > 0.0 || reserve > 0,
                "budget",
                "share",
                "and budget.reserve are both 0, so that there is never a retry; if that is meant, say \
                 retry.enabled = false",
            ),
            (
                !ttl.is_zero(),
                "budget",
                "ttl",
                "must be above 0, or no call is ever counted",
            ),
            (
                ttl <= Duration::from_secs(3600),
                "budget",
                "ttl",
                "is more than an hour: retries saved in the morning would make the storm of the evening",
            ),
            (
                calls > 0,
                "bulkhead",
                "max_calls",
                "must be 1 at least, or no call is ever made",
            ),
        ]
    }
}

impl MethodSettings {
    fn times(&self) -> [Rule; 3] {
        [
            (
                !self.total_timeout.is_zero(),
                "",
                "total_timeout",
                "must be above 0, or every call has failed before it begins",
            ),
            (
                // An attempt of a call that has no time is no second mistake.
                !self.attempt_timeout.is_zero() || self.total_timeout.is_zero(),
                "",
                "attempt_timeout",
                "must be above 0, or every attempt has failed before it begins",
            ),
            (
                self.attempt_timeout <= self.total_timeout,
                "",
                "attempt_timeout",
                "is longer than total_timeout, which holds all attempts",
            ),
        ]
    }

    fn retries(&self) -> Vec<Rule> {
        let Some(retry) = self.retry else {
            return Vec::new();
        };
        vec![
            (
                retry.attempts > 0,
                "retry",
                "attempts",
                "must be 1 at least: the call itself",
            ),
            (
                retry.attempts <= 10,
                "retry",
                "attempts",
                "is more than 10: what fails ten times is not mended by an eleventh",
            ),
            (
                retry.backoff.base <= retry.backoff.cap,
                "retry",
                "backoff_at_most",
                "is less than backoff",
            ),
            (
                retry.attempts < 2 || !retry.backoff.base.is_zero(),
                "retry",
                "backoff",
                "must be above 0, or all callers try again in the same moment",
            ),
        ]
    }

    fn hedges(&self) -> Vec<Rule> {
        let Some(hedge) = self.hedge else {
            return Vec::new();
        };
        vec![
            (
                hedge.quantile > 0.0 && hedge.quantile < 1.0,
                "hedge",
                "after",
                "must be above 0 and below 1: the share of calls that have answered by then",
            ),
            (
                hedge.share > 0.0 && hedge.share <= 1.0,
                "hedge",
                "share",
                "must be above 0 and at most 1: a share of the calls",
            ),
            (
                hedge.minimum_calls > 0,
                "hedge",
                "minimum_calls",
                "must be 1 at least: without an answer nothing is known",
            ),
            (
                self.is_repeatable,
                "hedge",
                "enabled",
                "would do the work twice: the method is not idempotent",
            ),
        ]
    }
}

fn broken(rules: &[Rule], method: Option<usize>) -> Vec<Mistake> {
    let broken = rules.iter().filter(|(holds, ..)| !holds);
    broken
        .map(|(_, policy, setting, fault)| Mistake {
            policy,
            setting,
            fault,
            method,
        })
        .collect()
}
