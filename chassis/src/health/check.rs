//! One check: what it asks, how it stands, and what is shown of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::Health;

/// One run of a check.
type Running = Pin<Box<dyn Future<Output = crate::Result> + Send>>;

/// What a check runs.
pub(super) type Run = Box<dyn Fn() -> Running + Send + Sync>;

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// It has not been asked yet.
    Unknown,
    /// The last run succeeded.
    Up,
    /// The last run failed or took too long.
    Down,
}

/// A check of [`Health`], to be refined where it is registered.
///
/// ```no_run
/// # fn service(health: chassis::health::Health) {
/// health.check("warehouse", || async { Ok(()) }).optional();
/// # }
/// ```
#[derive(Clone)]
pub struct Check {
    health: Health,
    entry: Arc<Entry>,
}

pub(super) struct Entry {
    component: Arc<str>,
    pub(super) name: String,
    /// `None`: it is told, not asked.
    pub(super) run: Option<Run>,
    status: Mutex<Status>,
}

#[derive(Clone)]
struct Status {
    required: bool,
    period: Option<Duration>,
    timeout: Option<Duration>,
    state: CheckState,
    at: Option<Instant>,
    wall: Option<SystemTime>,
    took: Duration,
    failure: Option<String>,
}

/// A check, as the admin page shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// Whose check; empty for the process.
    pub component: String,
    /// Its name.
    pub name: String,
    /// Whether readiness depends on it.
    pub required: bool,
    /// How it stands.
    pub state: CheckState,
    /// Milliseconds since the last run; `None` before the first.
    pub age_ms: Option<u64>,
    /// When the last run ended, in milliseconds since 1970; `None` before the first.
    pub at_unix_ms: Option<u64>,
    /// Milliseconds that the last run took.
    pub took_ms: u64,
    /// Why the last run failed.
    pub failure: Option<String>,
}

impl Check {
    pub(super) fn new(health: Health, entry: Arc<Entry>) -> Self {
        Self { health, entry }
    }

    /// Readiness does not depend on it.
    pub fn optional(self) -> Self {
        self.change(|status| status.required = false)
    }

    /// Runs it this often instead of `health.period`.
    pub fn period(self, period: Duration) -> Self {
        self.change(|status| status.period = Some(period))
    }

    /// Limits a run to this instead of `health.timeout`.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|status| status.timeout = Some(timeout))
    }

    /// Shows it as down, because of `failure`.
    pub fn fail(&self, failure: impl fmt::Display) {
        self.record(Duration::ZERO, Err(failure.to_string()));
    }

    /// Shows it as up.
    pub fn succeed(&self) {
        self.record(Duration::ZERO, Ok(()));
    }

    pub(super) fn record(&self, took: Duration, result: Result<(), String>) {
        let (now, wall) = (self.now(), self.health.shared.env.wall());
        self.update(|status| {
            status.at = Some(now);
            status.wall = Some(wall);
            status.took = took;
            status.state = if result.is_ok() {
                CheckState::Up
            } else {
                CheckState::Down
            };
            status.failure = result.err();
        });
    }

    /// One run.
    pub(super) async fn run(&self) -> crate::Result {
        match &self.entry.run {
            Some(run) => run().await,
            None => Ok(()),
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.health.shared.env.now()
    }

    pub(super) fn state(&self) -> CheckState {
        self.entry.status().state
    }

    /// Period and timeout, with the configured ones where it has none of its own.
    pub(super) fn times(&self, period: Duration, timeout: Duration) -> (Duration, Duration) {
        let status = self.entry.status();
        (
            status.period.unwrap_or(period),
            status.timeout.unwrap_or(timeout),
        )
    }

    fn change(self, change: impl FnOnce(&mut Status)) -> Self {
        self.update(change);
        self
    }

    fn update(&self, change: impl FnOnce(&mut Status)) {
        let mut status = self.entry.status();
        let before = status.is_missing();
        change(&mut status);
        // Under the lock: two updates must be counted in the order in which they were made.
        self.health.shared.count(before, status.is_missing());
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("name", &self.entry.name)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Entry {
    pub(super) fn new(component: &Arc<str>, name: &str, run: Option<Run>) -> Self {
        let asked = run.is_some();
        let status = Status {
            required: asked,
            period: None,
            timeout: None,
            state: if asked {
                CheckState::Unknown
            } else {
                CheckState::Up
            },
            at: None,
            wall: None,
            took: Duration::ZERO,
            failure: None,
        };
        Self {
            component: Arc::clone(component),
            name: name.to_owned(),
            run,
            status: status.into(),
        }
    }

    pub(super) fn report(&self, now: Instant) -> CheckReport {
        let status = self.status().clone();
        CheckReport {
            component: self.component.to_string(),
            name: self.name.clone(),
            required: status.required,
            state: status.state,
            age_ms: status
                .at
                .map(|at| millis(now.saturating_duration_since(at))),
            at_unix_ms: status
                .wall
                .map(|at| millis(at.duration_since(UNIX_EPOCH).unwrap_or_default())),
            took_ms: millis(status.took),
            failure: status.failure,
        }
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        // Each change is a plain assignment, so the status is whole even after a panic.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Status {
    fn is_missing(&self) -> bool {
        self.required && self.state != CheckState::Up
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
