//! [`Watch`]: the instances of one service, kept up to date; [`Publisher`]: the end that a registry
//! holds.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::Notify;

use super::{Instance, Snapshot};

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
