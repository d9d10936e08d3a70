//! Chaos: faults on purpose, to learn whether the policies hold before a real fault asks them.
//!
//! A [`Chaos`] has [`Rule`]s. Each call asks it once ([`Chaos::decide`]) and suffers the first fault
//! that hits it: by share, by a mark that the call bears, by schedule. Chance is a number that
//! hangs on the seed, the rule and how many calls came before, and on nothing else: the same calls in
//! the same order suffer the same.
//!
//! It belongs innermost, below everything that it is to try: [`ChaosLayer`] does that around any
//! tower service; the chassis' own client has its place between the choice of an endpoint and the
//! wire. It exists only in builds with cargo feature `chaos`.

mod fault;
mod layer;
mod rule;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

pub use self::fault::{Fault, Injected};
pub use self::layer::{ChaosLayer, ChaosService};
pub use self::rule::{Mistake, Rule, Schedule};
use crate::context::Env;

/// The member of the baggage that marks a call for the rules with a [`Rule::mark`]. Baggage of
/// strangers ends at the edge, so only callers of the same system can set it.
pub const MARK: &str = "chaos";

/// Decides which calls suffer. A cheap clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Chaos(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    env: Env,
    seed: u64,
    live: ArcSwap<Live>,
}

#[derive(Debug)]
struct Live {
    rules: Vec<Counted>,
    since: Instant,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    asked: AtomicU64,
    hit: AtomicU64,
}

/// What a call suffers, and the how manieth of its rule's it is, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// What it suffers; a latency is drawn already.
    pub fault: Fault,
    /// How many calls suffered by this rule, this one included.
    pub number: u64,
}

/// What a call tells of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asking<'a> {
    /// The port or contract that it crosses: `inventory`.
    pub port: &'a str,
    /// Its method: `reserve`.
    pub method: &'a str,
    /// The mark that it bears; see [`MARK`].
    pub mark: Option<&'a str>,
}

impl Chaos {
    /// One that does nothing until [`update`](Self::update) gives it rules.
    pub fn new(env: Env, seed: u64) -> Self {
        let since = env.now();
        let live = ArcSwap::from_pointee(Live {
            rules: Vec::new(),
            since,
        });
        Self(Arc::new(Shared { env, seed, live }))
    }

    /// From now on these rules hold; schedules begin now, and chance begins anew.
    ///
    /// # Errors
    ///
    /// The first rule that can't work, by its name; then nothing is changed.
    pub fn update(&self, rules: Vec<Rule>) -> Result<(), Mistake> {
        rules.iter().try_for_each(Rule::check)?;
        let counted = rules.into_iter().map(|rule| Counted {
            rule,
            asked: AtomicU64::new(0),
            hit: AtomicU64::new(0),
        });
        self.0.live.store(Arc::new(Live {
            rules: counted.collect(),
            since: self.0.env.now(),
        }));
        Ok(())
    }

    /// The fault that the call suffers, if any.
    pub fn decide(&self, call: Asking<'_>, now: Instant) -> Option<Hit> {
        let live = self.0.live.load();
        if live.rules.is_empty() {
            return None;
        }
        let age = now.saturating_duration_since(live.since);
        let mut rules = (0..).zip(&live.rules);
        let (index, counted) = rules.find(|(index, counted)| {
            counted.rule.is_for(call, age) && counted.is_due(self.0.seed, *index)
        })?;
        let number = counted.hit.fetch_add(1, Ordering::Relaxed);
        let chance = number_of(self.0.seed ^ 0x6a09_e667_f3bc_c908, index, number);
        Some(Hit {
            fault: counted.rule.fault.drawn(share_of(chance)),
            number: number + 1,
        })
    }

    /// The rules that hold.
    pub fn rules(&self) -> Vec<Rule> {
        let live = self.0.live.load();
        live.rules
            .iter()
            .map(|counted| counted.rule.clone())
            .collect()
    }

    /// What each rule has done: its name, how many calls it was for, and how many of them it hit.
    pub fn counts(&self) -> Vec<(String, u64, u64)> {
        let live = self.0.live.load();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counts = live.rules.iter().map(|counted| {
            let name = counted.rule.name.clone();
            (name, read(&counted.asked), read(&counted.hit))
        });
        counts.collect()
    }

    /// Done when `time` has passed, for whoever makes a call wait.
    pub(crate) async fn wait(&self, time: Duration) {
        self.0.env.sleep(time).await;
    }

    fn now(&self) -> Instant {
        self.0.env.now()
    }
}

impl Counted {
    /// Whether chance hits the next call.
    fn is_due(&self, seed: u64, index: u64) -> bool {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        share_of(number_of(seed, index, number)) < self.rule.share
    }
}

/// A number that hangs on its three arguments alone: the finisher of SplitMix64 over them.
fn number_of(seed: u64, rule: u64, call: u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut value = seed
        .wrapping_add(rule.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(call.wrapping_add(1).wrapping_mul(STEP));
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The number as a share: 0 ≤ share < 1.
fn share_of(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}
