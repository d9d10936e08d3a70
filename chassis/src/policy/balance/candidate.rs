//! [`Candidate`]: all that the choice knows of one endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::super::Outcome;
use super::super::ejection::{Change, Group, Member, Rates, Standing};
use super::super::limit::AdaptiveLimit;
use super::{Load, LoadSettings};

/// One endpoint, as a [`Balancer`](super::Balancer) sees it: what a call to it costs, and whether it
/// may get one.
#[derive(Debug)]
pub struct Candidate {
    id: u64,
    load: Load,
    member: Member,
    epoch: Instant,
    /// When it is warm, in nanoseconds of its life; 0: it is.
    warm_at: AtomicU64,
    /// What its calls have taken since this was asked last, in microseconds.
    spent: AtomicU64,
    /// How many calls it gets at once, where that is limited.
    limit: Option<Box<AdaptiveLimit>>,
}

impl Candidate {
    /// An endpoint that was never called, a new member of `group`.
    pub fn new(group: &Group, settings: LoadSettings, now: Instant) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            load: Load::new(settings, now),
            member: Member::new(group),
            epoch: now,
            warm_at: AtomicU64::new(0),
            spent: AtomicU64::new(0),
            limit: None,
        }
    }

    /// The same with a limit of calls at once. Who makes a call asks it, and tells it how the call went.
    #[must_use]
    pub fn limited(self, limit: AdaptiveLimit) -> Self {
        Self {
            limit: Some(Box::new(limit)),
            ..self
        }
    }

    /// How many calls it gets at once, where that is limited.
    #[inline]
    pub fn limit(&self) -> Option<&AdaptiveLimit> {
        self.limit.as_deref()
    }

    /// It has just come, or come back: it gets less than its part until `slow_start` has passed.
    pub fn warm_up(&self, now: Instant, slow_start: Duration) {
        self.warm_at.store(
            self.age(now).saturating_add(nanos(slow_start)),
            Ordering::Relaxed,
        );
    }

    /// Which part of its calls it may get: all of them, 1, or from a tenth on.
    #[inline]
    pub(super) fn warmth(&self, now: Instant, slow_start: Duration) -> f32 {
        match self.warm_at.load(Ordering::Relaxed) {
            0 => 1.0,
            warm_at => self.warming(now, warm_at, slow_start),
        }
    }

    #[cold]
    fn warming(&self, now: Instant, warm_at: u64, slow_start: Duration) -> f32 {
        let left = warm_at.saturating_sub(self.age(now));
        if left == 0 {
            self.warm_at.store(0, Ordering::Relaxed);
        }
        (1.0 - left as f32 / nanos(slow_start).max(1) as f32).max(0.1)
    }

    fn age(&self, now: Instant) -> u64 {
        nanos(now.saturating_duration_since(self.epoch))
    }

    /// Calls, their success rate and how long they took on average, since this was asked last.
    pub fn take_rates(&self) -> Rates {
        let (calls, success) = self.member.take_rate();
        let spent = self.spent.swap(0, Ordering::Relaxed);
        Rates {
            calls,
            success,
            mean: Duration::from_micros(spent / calls.max(1)),
        }
    }

    /// Tells it from all others of this process, also from those that are gone.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What a call costs.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Whether it may get one.
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// A call that took `elapsed` ended at `now`; it was made with this standing.
    pub fn record(
        &self,
        standing: Standing,
        outcome: Outcome,
        elapsed: Duration,
        now: Instant,
    ) -> Option<Change> {
        self.load.record(now, elapsed, outcome);
        if standing == Standing::Admitted && outcome != Outcome::Ignored {
            let micros = elapsed.as_micros() as u64;
            self.spent.fetch_add(micros, Ordering::Relaxed);
        }
        self.member.record(standing, outcome, now)
    }

    /// A call that outlives who began it, a stream: it is in flight until this is dropped.
    pub fn stay(self: &Arc<Self>) -> Stay {
        self.load.goes_on();
        Stay(Arc::clone(self))
    }
}

/// A call in flight that borrows nothing; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the call counts as over when this is dropped"]
pub struct Stay(Arc<Candidate>);

impl Drop for Stay {
    fn drop(&mut self) {
        self.0.load.ended();
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
