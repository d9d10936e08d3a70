//! [`Health`]: the shared state, and the answers that are read from it.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::check::{Check, CheckReport, Entry};
use crate::context::Env;

/// How far the process has come. It only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Starting: live, not ready.
    Starting,
    /// Started: ready when every required check is up.
    Running,
    /// Stopping: live, not ready.
    Stopping,
}

/// The health of a process, seen from one of its components. A cheap clone.
#[derive(Clone)]
pub struct Health {
    pub(super) shared: Arc<Shared>,
    component: Arc<str>,
}

/// What the answers are read from: atomics only, so that a probe waits for nobody.
pub(super) struct Shared {
    pub(super) env: Env,
    born: Instant,
    /// Milliseconds from `born` to the last heartbeat.
    beat: AtomicU64,
    stage: AtomicU8,
    /// Required checks that are not up.
    missing: AtomicUsize,
    /// Says that `missing` changed, to whoever waits for the start.
    pub(super) changed: watch::Sender<()>,
    checks: Mutex<Vec<Arc<Entry>>>,
}

impl Health {
    /// The health of a process that starts now.
    pub fn new(env: Env) -> Self {
        let shared = Shared {
            born: env.now(),
            env,
            beat: AtomicU64::new(0),
            stage: AtomicU8::new(Stage::Starting as u8),
            missing: AtomicUsize::new(0),
            changed: watch::channel(()).0,
            checks: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            component: Arc::from(""),
        }
    }

    /// The same state, for the checks of component `name`.
    #[must_use]
    pub fn component(&self, name: &str) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            component: Arc::from(name),
        }
    }

    /// Adds a check: required, with the period and timeout of the configuration unless the
    /// returned [`Check`] says otherwise. It counts as down until it has succeeded once.
    pub fn check<F, Fut>(&self, name: &str, check: F) -> Check
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = crate::Result> + Send + 'static,
    {
        let run = Box::new(move || Box::pin(check()) as _);
        let entry = Arc::new(Entry::new(&self.component, name, Some(run)));
        self.shared.missing.fetch_add(1, Ordering::AcqRel);
        self.shared.checks().push(Arc::clone(&entry));
        Check::new(self.clone(), entry)
    }

    /// Shows something that is not asked but says by itself how it is, such as a background task:
    /// optional, up until [`Check::fail`].
    pub fn observe(&self, name: &str) -> Check {
        let entry = Arc::new(Entry::new(&self.component, name, None));
        self.shared.checks().push(Arc::clone(&entry));
        Check::new(self.clone(), entry)
    }

    /// Says that the serving runtime moves. Called from a task on it.
    pub fn beat(&self) {
        self.shared
            .beat
            .store(self.shared.age_of(self.shared.env.now()), Ordering::Release);
    }

    /// For how long the serving runtime has stood still.
    pub fn still_for(&self) -> Duration {
        let now = self.shared.age_of(self.shared.env.now());
        Duration::from_millis(now.saturating_sub(self.shared.beat.load(Ordering::Acquire)))
    }

    /// For how long the process has been there.
    pub fn age(&self) -> Duration {
        let now = self.shared.env.now();
        now.saturating_duration_since(self.shared.born)
    }

    /// How far the process has come.
    pub fn stage(&self) -> Stage {
        match self.shared.stage.load(Ordering::Acquire) {
            0 => Stage::Starting,
            1 => Stage::Running,
            _ => Stage::Stopping,
        }
    }

    /// Goes on to `stage`; never back.
    pub fn advance(&self, stage: Stage) {
        self.shared.stage.fetch_max(stage as u8, Ordering::AcqRel);
    }

    /// Whether traffic should come: started, not stopping, every required check up.
    pub fn is_ready(&self) -> bool {
        self.stage() == Stage::Running && self.required_are_up()
    }

    /// Whether every required check is up.
    pub fn required_are_up(&self) -> bool {
        self.shared.missing.load(Ordering::Acquire) == 0
    }

    /// Waits until every required check is up.
    pub async fn wait(&self) {
        let mut changed = self.shared.changed.subscribe();
        while !self.required_are_up() {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Every check of the process, with its state, age and last failure.
    pub fn report(&self) -> Vec<CheckReport> {
        let now = self.shared.env.now();
        self.shared
            .checks()
            .iter()
            .map(|entry| entry.report(now))
            .collect()
    }

    pub(super) fn entries(&self) -> Vec<Arc<Entry>> {
        self.shared.checks().clone()
    }
}

impl Shared {
    fn age_of(&self, now: Instant) -> u64 {
        let age = now.saturating_duration_since(self.born).as_millis();
        u64::try_from(age).unwrap_or(u64::MAX)
    }

    /// Counts a required check that went up or down.
    pub(super) fn count(&self, was_missing: bool, is_missing: bool) {
        match (was_missing, is_missing) {
            (true, false) => self.missing.fetch_sub(1, Ordering::AcqRel),
            (false, true) => self.missing.fetch_add(1, Ordering::AcqRel),
            _ => return,
        };
        self.changed.send_replace(());
    }

    fn checks(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        // The list is only pushed to, so it is whole even after a panic.
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("component", &self.component)
            .field("stage", &self.stage())
            .field("missing", &self.shared.missing)
            .finish_non_exhaustive()
    }
}
