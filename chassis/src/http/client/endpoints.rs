//! The endpoints of a service: what discovery knows, each with its connections.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::Settings;
use super::limit::within;
use super::pool::Endpoint;
use crate::context::Env;
use crate::discovery::Watch;

/// Follows a [`Watch`]. An endpoint that stays keeps its connections through every change.
#[derive(Debug)]
pub(super) struct Endpoints {
    watch: Watch,
    settings: Arc<Settings>,
    env: Env,
    current: ArcSwap<Set>,
    /// Held by the one call that brings the set up to date.
    refresh: Mutex<()>,
    is_pruned: AtomicBool,
}

/// The endpoints of one version of the watch.
#[derive(Debug, Default)]
pub(super) struct Set {
    version: u64,
    pub(super) endpoints: Vec<Arc<Endpoint>>,
}

impl Endpoints {
    pub(super) fn new(watch: Watch, settings: Arc<Settings>, env: Env) -> Arc<Self> {
        Arc::new(Self {
            watch,
            settings,
            env,
            current: ArcSwap::default(),
            refresh: Mutex::default(),
            is_pruned: AtomicBool::new(false),
        })
    }

    /// The endpoints as they are known now.
    pub(super) fn load(self: &Arc<Self>) -> Arc<Set> {
        let current = self.current.load_full();
        if current.version == self.watch.version() {
            return current;
        }
        self.refresh();
        self.current.load_full()
    }

    /// The endpoints as soon as there is one: an instance that starts is waited for until `until`.
    /// The set may be empty then.
    pub(super) async fn some(self: &Arc<Self>, until: Instant) -> Arc<Set> {
        loop {
            let set = self.load();
            if !set.endpoints.is_empty() {
                return set;
            }
            let changed = self.watch.changed(set.version);
            if within(&self.env, until, changed).await.is_err() {
                return self.load();
            }
        }
    }

    fn refresh(self: &Arc<Self>) {
        let _one = self.refresh.lock().unwrap_or_else(PoisonError::into_inner);
        let (old, version) = (self.current.load_full(), self.watch.version());
        if old.version == version {
            return;
        }
        let endpoints = self.endpoints(&old);
        let is_gone = |one: &&Arc<Endpoint>| !endpoints.iter().any(|kept| Arc::ptr_eq(kept, one));
        for gone in old.endpoints.iter().filter(is_gone) {
            gone.retire();
        }
        self.current.store(Arc::new(Set { version, endpoints }));
        self.prune_from_now_on();
    }

    /// The endpoints of the watch's snapshot, those of `old` taken over.
    fn endpoints(&self, old: &Set) -> Vec<Arc<Endpoint>> {
        let mut endpoints: Vec<Arc<Endpoint>> = Vec::new();
        for instance in &self.watch.snapshot().instances {
            let is_it = |one: &&Arc<Endpoint>| *one.address() == instance.address;
            if instance.weight == 0 || endpoints.iter().any(|one| is_it(&one)) {
                continue;
            }
            let known = old.endpoints.iter().find(is_it).map(Arc::clone);
            endpoints.push(known.unwrap_or_else(|| {
                let address = instance.address.clone();
                Arc::new(Endpoint::new(address, &self.settings, &self.env))
            }));
        }
        endpoints
    }

    /// Starts the task that closes idle connections in time, once. It ends with the client.
    #[expect(
        clippy::disallowed_methods,
        reason = "the task outlives the call that starts it, so it must not carry its context"
    )]
    fn prune_from_now_on(self: &Arc<Self>) {
        if !self.is_pruned.swap(true, Ordering::Relaxed) {
            let env = self.env.clone();
            let settings = &self.settings;
            let period = settings.idle_timeout.min(settings.max_age) / 4;
            let period = period.clamp(Duration::from_millis(100), Duration::from_secs(15));
            drop(tokio::spawn(prune(Arc::downgrade(self), env, period)));
        }
    }
}

async fn prune(endpoints: Weak<Endpoints>, env: Env, period: Duration) {
    loop {
        env.sleep(period).await;
        let Some(endpoints) = endpoints.upgrade() else {
            return;
        };
        let now = env.now();
        // Also notices, without a call, that instances are gone.
        for endpoint in &endpoints.load().endpoints {
            endpoint.prune(now);
        }
    }
}
