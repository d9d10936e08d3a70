//! [`Member`]: one endpoint's standing.

use std::fmt;
use std::time::{Duration, Instant};

use super::super::Outcome;
use super::Group;
use crate::policy::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use crate::policy::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;

/// One endpoint of a [`Group`]; it leaves the group when it is dropped.
#[derive(Debug)]
pub struct Member {
    group: Group,
    failures_in_a_row: AtomicU32,
    /// Calls and failures since the rates were compared last.
    calls: AtomicU64,
    failures: AtomicU64,
    ejection: Mutex<Ejection>,
    /// Whether `ejection` says anything: what a call looks at.
    is_ejected: AtomicBool,
}

#[derive(Debug, Default)]
pub(super) struct Ejection {
    pub(super) until: Option<Instant>,
    reason: Option<Reason>,
    is_probed: bool,
    /// How often it was ejected lately; each readmission that lasts an interval takes one away.
    times: u32,
    readmitted: Option<Instant>,
}

/// Whether an endpoint may get a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in the balance.
    Admitted,
    /// Its time is over: this one call is the probe, and decides. Say how it went.
    Probe,
    /// It is left out.
    Ejected,
}

/// What a call has changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The endpoint is ejected.
    Ejected {
        /// For how long.
        time: Duration,
        /// Why.
        reason: Reason,
    },
    /// The endpoint is back.
    Readmitted,
}

/// Why an endpoint was ejected; as people read it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// So many failures in a row.
    ConsecutiveFailures(u32),
    /// Its success rate, and the least that the others' rates allow.
    SuccessRate {
        /// From 0 to 1.
        rate: f64,
        /// From 0 to 1.
        least: f64,
    },
    /// How long its calls took on average, and those of the middle one of all.
    Latency {
        /// Its own.
        mean: Duration,
        /// The middle one's.
        median: Duration,
    },
    /// The probe failed.
    ProbeFailed,
    /// Somebody asked for it.
    ByHand,
    /// It asked to be left alone, by `Retry-After`.
    RetryAfter,
}

impl Reason {
    /// In kebab-case, for metrics.
    pub fn kind(self) -> &'static str {
        match self {
            Self::ConsecutiveFailures(_) => "consecutive-failures",
            Self::SuccessRate { .. } => "success-rate",
            Self::Latency { .. } => "latency",
            Self::ProbeFailed => "probe-failed",
            Self::ByHand => "by-hand",
            Self::RetryAfter => "retry-after",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConsecutiveFailures(failures) => write!(f, "{failures} failures in a row"),
            Self::SuccessRate { rate, least } => write!(
                f,
                "success rate {:.1} %, the others' rates allow {:.1} %",
                rate * 100.0,
                least * 100.0
            ),
            Self::Latency { mean, median } => write!(
                f,
                "its calls take {mean:?} on average, those of the middle one {median:?}"
            ),
            Self::ByHand => f.write_str("somebody asked for it"),
            Self::ProbeFailed => f.write_str("the probe failed"),
            Self::RetryAfter => f.write_str("it asked for it by Retry-After"),
        }
    }
}

impl Member {
    /// A new member, admitted.
    pub fn new(group: &Group) -> Self {
        group.0.members.fetch_add(1, Ordering::Relaxed);
        Self {
            group: group.clone(),
            failures_in_a_row: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            ejection: Mutex::default(),
            is_ejected: false.into(),
        }
    }

    /// Whether it may get a call at `now`. [`Standing::Probe`] is given once until a call is recorded.
    #[inline]
    pub fn standing(&self, now: Instant) -> Standing {
        if self.is_ejected.load(Ordering::Acquire) {
            self.ejected_standing(now)
        } else {
            Standing::Admitted
        }
    }

    #[cold]
    fn ejected_standing(&self, now: Instant) -> Standing {
        let mut ejection = self.lock();
        match ejection.until {
            None => Standing::Admitted,
            Some(until) if now < until || ejection.is_probed => Standing::Ejected,
            Some(_) => {
                ejection.is_probed = true;
                Standing::Probe
            }
        }
    }

    /// The [`Standing::Probe`] that was given is not made.
    pub fn give_back(&self) {
        self.lock().is_probed = false;
    }

    /// A call that began with this standing ended, and how. In a panic, calls of ejected members
    /// change nothing.
    #[inline]
    pub fn record(&self, standing: Standing, outcome: Outcome, now: Instant) -> Option<Change> {
        match (standing, outcome) {
            (Standing::Probe, outcome) => self.probed(outcome, now),
            (Standing::Ejected, _) | (_, Outcome::Ignored) => None,
            (Standing::Admitted, Outcome::Success) => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                self.failures_in_a_row.store(0, Ordering::Relaxed);
                None
            }
            (Standing::Admitted, Outcome::Failure) => self.failed(now),
        }
    }

    #[cold]
    fn failed(&self, now: Instant) -> Option<Change> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.failures.fetch_add(1, Ordering::Relaxed);
        let most = self.group.settings().consecutive_failures;
        let failures = self.failures_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        let is_due = most > 0 && failures >= most;
        is_due.then(|| self.eject(Reason::ConsecutiveFailures(failures), now))?
    }

    #[cold]
    fn probed(&self, outcome: Outcome, now: Instant) -> Option<Change> {
        let mut ejection = self.lock();
        ejection.is_probed = false;
        ejection.until?;
        match outcome {
            Outcome::Ignored => None,
            Outcome::Success => {
                ejection.until = None;
                ejection.reason = None;
                ejection.readmitted = Some(now);
                self.readmit();
                Some(Change::Readmitted)
            }
            Outcome::Failure => Some(self.lengthen(&mut ejection, Reason::ProbeFailed, now)),
        }
    }

    /// Ejects it, unless as many of the group are as may be, or it is already.
    pub fn eject(&self, reason: Reason, now: Instant) -> Option<Change> {
        let mut ejection = self.lock();
        if ejection.until.is_some() || !self.group.0.try_eject() {
            return None;
        }
        ejection.forgive(now, self.group.settings().interval);
        let change = self.lengthen(&mut ejection, reason, now);
        self.is_ejected.store(true, Ordering::Release);
        Some(change)
    }

    /// Leaves it alone for `time`, because it asked for that: within the bounds of an ejection, but
    /// the next one is no longer for it.
    pub fn rest(&self, time: Duration, now: Instant) -> Option<Change> {
        let time = time.min(self.group.settings().eject_at_most);
        let mut ejection = self.lock();
        if let Some(until) = ejection.until {
            ejection.until = Some(until.max(now + time));
            return None;
        }
        if time.is_zero() || !self.group.0.try_eject() {
            return None;
        }
        Some(self.leave_out(&mut ejection, time, Reason::RetryAfter, now))
    }

    /// Ejects it for `time` because a person wants that, who may leave out more than the bounds allow.
    pub fn eject_by_hand(&self, time: Duration, now: Instant) -> Option<Change> {
        let mut ejection = self.lock();
        if ejection.until.is_none() {
            self.group.0.ejected.fetch_add(1, Ordering::Relaxed);
        }
        Some(self.leave_out(&mut ejection, time, Reason::ByHand, now))
    }

    /// It has its place among the ejected: since now, for so long.
    fn leave_out(
        &self,
        ejection: &mut Ejection,
        time: Duration,
        reason: Reason,
        now: Instant,
    ) -> Change {
        // What overflows the clock is further off than any process lives.
        const LONG: Duration = Duration::from_secs(365 * 86_400);
        ejection.until = Some(now + time.min(LONG));
        ejection.reason = Some(reason);
        self.is_ejected.store(true, Ordering::Release);
        Change::Ejected { time, reason }
    }

    /// Why it is ejected, and until when; `None`: it isn't.
    pub fn ejection(&self) -> Option<(Reason, Instant)> {
        let ejection = self.lock();
        ejection.reason.zip(ejection.until)
    }

    /// Takes it back into the balance at once, and forgets why it was out. Whether it was out.
    pub fn reset(&self) -> bool {
        let mut ejection = self.lock();
        let was_ejected = ejection.until.is_some();
        if was_ejected {
            self.readmit();
        }
        *ejection = Ejection::default();
        was_ejected
    }

    /// Calls and their success rate since this was asked last.
    pub fn take_rate(&self) -> (u64, f64) {
        let failures = self.failures.swap(0, Ordering::Relaxed);
        let calls = self.calls.swap(0, Ordering::Relaxed);
        let rate = 1.0 - failures.min(calls) as f64 / calls.max(1) as f64;
        (calls, rate)
    }

    fn lengthen(&self, ejection: &mut Ejection, reason: Reason, now: Instant) -> Change {
        let settings = self.group.settings();
        ejection.times = ejection.times.saturating_add(1);
        let time = settings.eject_for.saturating_mul(ejection.times);
        let time = time.min(settings.eject_at_most);
        self.leave_out(ejection, time, reason, now)
    }

    fn readmit(&self) {
        self.failures_in_a_row.store(0, Ordering::Relaxed);
        self.is_ejected.store(false, Ordering::Release);
        self.group.0.ejected.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Ejection> {
        self.ejection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ejection {
    /// Each interval that it stood since its readmission takes one ejection away.
    fn forgive(&mut self, now: Instant, interval: Duration) {
        let stood = self
            .readmitted
            .map(|then| now.saturating_duration_since(then));
        let intervals = stood.map_or(0.0, |stood| stood.as_secs_f64() / interval.as_secs_f64());
        self.times = self.times.saturating_sub(intervals as u32);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.reset();
        self.group.0.members.fetch_sub(1, Ordering::Relaxed);
    }
}
