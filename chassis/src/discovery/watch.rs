//! [`Watch`]: the instances of one service, kept up to date; [`Publisher`]: the end that a registry
//! holds.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::Notify;

use super::{Instance, Snapshot};
use crate::context::Env;

/// The instances of one service, kept up to date by its registry. A cheap clone.
#[derive(Clone)]
pub struct Watch(Arc<State>);

/// The end of a [`Watch`] that a registry holds.
#[derive(Debug)]
pub struct Publisher(Watch);

struct State {
    service: String,
    snapshot: ArcSwap<Snapshot>,
    /// Counts the snapshots; stored after the snapshot, so that who sees a version sees at least
    /// its snapshot.
    version: AtomicU64,
    stale: ArcSwapOption<String>,
    /// When the snapshot changed last, in milliseconds since 1970; 0: nothing is known.
    since: AtomicU64,
    changed: Notify,
}

impl Watch {
    /// A watch on `service` that knows no instance yet, and the end that feeds it.
    pub fn channel(service: &str) -> (Publisher, Self) {
        let watch = Self(Arc::new(State {
            service: service.to_owned(),
            snapshot: ArcSwap::default(),
            version: AtomicU64::new(0),
            stale: ArcSwapOption::empty(),
            since: AtomicU64::new(0),
            changed: Notify::new(),
        }));
        (Publisher(watch.clone()), watch)
    }

    /// A watch whose instances never change.
    pub fn fixed(service: &str, instances: Vec<Instance>) -> Self {
        let (publisher, watch) = Self::channel(service);
        publisher.publish(instances);
        watch
    }

    /// Whose instances they are.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// Grows with each change: 0 as long as nothing is known.
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// The instances that are known now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot.load_full()
    }

    /// Why the snapshot may be out of date: the registry is lost. `None`: it is up to date.
    pub fn stale(&self) -> Option<Arc<String>> {
        self.0.stale.load_full()
    }

    /// Since when the instances are as they are; `None` as long as nothing is known.
    pub fn since(&self) -> Option<SystemTime> {
        let millis = self.0.since.load(Ordering::Relaxed);
        (millis > 0).then(|| UNIX_EPOCH + Duration::from_millis(millis))
    }

    /// Waits until the version differs from `seen`, and gives it.
    pub async fn changed(&self, seen: u64) -> u64 {
        loop {
            let changed = self.0.changed.notified();
            match self.version() {
                version if version != seen => return version,
                _ => changed.await,
            }
        }
    }
}

impl Publisher {
    /// Replaces the instances, and says that they are up to date. Does nothing to those who watch
    /// when they are the same as before.
    pub fn publish(&self, mut instances: Vec<Instance>) {
        let state = &*self.0.0;
        state.stale.store(None);
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        let known = self.0.version() > 0;
        if known && state.snapshot.load().instances == instances {
            return;
        }
        // For people, who look at it beside other machines' clocks: a test's own clock is none.
        let now = Env::system().wall().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis();
        state
            .since
            .store(u64::try_from(now).unwrap_or(u64::MAX), Ordering::Relaxed);
        state.snapshot.store(Arc::new(Snapshot { instances }));
        state.version.fetch_add(1, Ordering::Release);
        state.changed.notify_waiters();
    }

    /// Says that the registry is lost; the instances stay.
    pub fn lost(&self, reason: impl Into<String>) {
        self.0.0.stale.store(Some(Arc::new(reason.into())));
    }

    /// Another watch on the same instances.
    pub fn watch(&self) -> Watch {
        self.0.clone()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("service", &self.0.service)
            .field("version", &self.version())
            .field("stale", &self.stale())
            .finish_non_exhaustive()
    }
}
