//! [`Candidate`]: all that the choice knows of one endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::super::Outcome;
use super::super::ejection::{Change, Group, Member, Standing};
use super::{InFlight, Load, LoadSettings};

/// One endpoint, as a [`Balancer`](super::Balancer) sees it: what a call to it costs, and whether it
/// may get one.
#[derive(Debug)]
pub struct Candidate {
    id: u64,
    load: Load,
    member: Member,
}

impl Candidate {
    /// An endpoint that was never called, a new member of `group`.
    pub fn new(group: &Group, settings: LoadSettings, now: Instant) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            load: Load::new(settings, now),
            member: Member::new(group),
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
        self.member.record(standing, outcome, now)
    }

    /// A call that outlives who began it, a stream: it is in flight until this is dropped.
    pub fn stay(self: &Arc<Self>) -> Stay {
        std::mem::forget(self.load.begin());
        Stay(Arc::clone(self))
    }
}

/// A call in flight that borrows nothing; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the call counts as over when this is dropped"]
pub struct Stay(Arc<Candidate>);

impl Drop for Stay {
    fn drop(&mut self) {
        drop(InFlight::begun(&self.0.load));
    }
}
