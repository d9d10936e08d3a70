//! What a stack counts, and what of it the log says: a change once, not with every call.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::breaker::{State, Transition};
use super::{Event, Happening};
use crate::context::Env;

/// How many events are kept.
const KEPT: usize = 20;
/// What goes on is said again after this.
const QUIET: Duration = Duration::from_secs(60);

/// How often a stack has stepped in, since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Attempts after the first.
    pub retries: u64,
    /// Second attempts beside the first.
    pub hedges: u64,
    /// Calls that failed and were not tried again because that had been done enough.
    pub exhausted: u64,
    /// Retries that the budget did not allow.
    pub over_budget: u64,
    /// Calls that the breaker refused.
    pub refused: u64,
    /// Calls that the bulkhead refused.
    pub crowded: u64,
}

#[derive(Debug)]
pub(super) struct Tally {
    name: Box<str>,
    env: Env,
    retries: AtomicU64,
    hedges: AtomicU64,
    exhausted: AtomicU64,
    over_budget: AtomicU64,
    refused: AtomicU64,
    crowded: AtomicU64,
    events: Mutex<VecDeque<Event>>,
    said: Mutex<Said>,
}

/// When what goes on was said last.
#[derive(Debug, Default)]
struct Said {
    budget: Option<Instant>,
    bulkhead: Option<Instant>,
}

impl Tally {
    pub(super) fn new(name: &str, env: Env) -> Self {
        Self {
            name: name.into(),
            env,
            retries: AtomicU64::new(0),
            hedges: AtomicU64::new(0),
            exhausted: AtomicU64::new(0),
            over_budget: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            crowded: AtomicU64::new(0),
            events: Mutex::default(),
            said: Mutex::default(),
        }
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn hedged(&self) {
        self.hedges.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(super) fn exhausted(&self) {
        self.exhausted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn out_of_budget(&self, now: Instant) {
        self.over_budget.fetch_add(1, Ordering::Relaxed);
        if self.is_news(now, |said| &mut said.budget) {
            let what = Happening::BudgetSpent;
            tracing::warn!(dependency = &*self.name, "{}: {what}", self.name);
            self.keep(what);
        }
    }

    pub(super) fn crowded(&self) {
        self.crowded.fetch_add(1, Ordering::Relaxed);
        if self.is_news(self.env.now(), |said| &mut said.bulkhead) {
            let what = Happening::BulkheadFull;
            tracing::warn!(dependency = &*self.name, "{}: {what}", self.name);
            self.keep(what);
        }
    }

    /// The breaker changed its state.
    pub(super) fn breaker(&self, transition: &Transition) {
        let what = Happening::Breaker(*transition);
        match transition.to {
            State::Open => tracing::warn!(dependency = &*self.name, "{}: {what}", self.name),
            _ => tracing::info!(dependency = &*self.name, "{}: {what}", self.name),
        }
        self.keep(what);
    }

    pub(super) fn changed(&self) {
        tracing::info!(
            dependency = &*self.name,
            "{}: {}",
            self.name,
            Happening::Changed
        );
        self.keep(Happening::Changed);
    }

    fn is_news(&self, now: Instant, which: impl Fn(&mut Said) -> &mut Option<Instant>) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let last = which(&mut said);
        let is_news = last.is_none_or(|last| now.saturating_duration_since(last) >= QUIET);
        if is_news {
            *last = Some(now);
        }
        is_news
    }

    fn keep(&self, what: Happening) {
        let at = self.env.wall();
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.truncate(KEPT - 1);
        events.push_front(Event { at, what });
    }

    /// The last events, the newest first.
    pub(super) fn events(&self) -> Vec<Event> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().copied().collect()
    }

    pub(super) fn totals(&self) -> Totals {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Totals {
            retries: read(&self.retries),
            hedges: read(&self.hedges),
            exhausted: read(&self.exhausted),
            over_budget: read(&self.over_budget),
            refused: read(&self.refused),
            crowded: read(&self.crowded),
        }
    }
}
