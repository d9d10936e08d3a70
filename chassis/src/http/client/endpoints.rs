//! The endpoints of a service: what discovery knows, each with its connections.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

use super::Settings;
use super::balance::Balance;
use super::limit::within;
use super::pool::Endpoint;
use crate::context::Env;
use crate::discovery::{Address, Watch};
use crate::policy::balance::{Balancer, Candidate};

/// Follows a [`Watch`]. An endpoint that stays keeps its connections through every change.
#[derive(Debug)]
pub(super) struct Endpoints {
    watch: Watch,
    settings: Arc<Settings>,
    pub(super) balance: Balance,
    env: Env,
    current: ArcSwap<Set>,
    /// Held by the one call that brings the set up to date.
    refresh: Mutex<()>,
    is_pruned: AtomicBool,
}

/// The endpoints of one version of the watch.
#[derive(Debug)]
pub(super) struct Set {
    version: u64,
    pub(super) endpoints: Vec<Arc<Endpoint>>,
    /// The choice among them; its candidates stand in their order.
    pub(super) balancer: Balancer,
}

/// An endpoint, and what the balance knows of it.
type Known = (Arc<Endpoint>, Arc<Candidate>);

impl Set {
    fn new(version: u64, known: Vec<Known>, balance: &Balance) -> Self {
        let (endpoints, candidates) = known.into_iter().unzip();
        Self {
            version,
            endpoints,
            balancer: Balancer::new(balance.group.clone(), candidates),
        }
    }
}

impl Endpoints {
    pub(super) fn new(
        watch: Watch,
        settings: Arc<Settings>,
        service: &'static str,
        env: Env,
    ) -> Arc<Self> {
        let balance = Balance::new(service, &env);
        let nobody = Set::new(0, Vec::new(), &balance);
        Arc::new(Self {
            watch,
            settings,
            balance,
            env,
            current: ArcSwap::from_pointee(nobody),
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
        let new = Set::new(version, self.endpoints(&old), &self.balance);
        let kept: HashSet<_> = new.endpoints.iter().map(Arc::as_ptr).collect();
        for gone in &old.endpoints {
            if !kept.contains(&Arc::as_ptr(gone)) {
                gone.retire();
            }
        }
        drop(kept);
        self.current.store(Arc::new(new));
        self.prune_from_now_on();
    }

    /// The endpoints of the watch's snapshot, those of `old` taken over.
    fn endpoints(&self, old: &Set) -> Vec<Known> {
        let known = old.endpoints.iter().zip(old.balancer.candidates());
        let mut known: HashMap<&Address, _> = known.map(|one| (one.0.address(), one)).collect();
        let snapshot = self.watch.snapshot();
        let mut seen = HashSet::new();
        let called = snapshot.instances.iter().filter(|one| one.weight > 0);
        called
            .filter(|instance| seen.insert(&instance.address))
            .map(|instance| match known.remove(&instance.address) {
                Some((endpoint, candidate)) => (Arc::clone(endpoint), Arc::clone(candidate)),
                None => {
                    let address = instance.address.clone();
                    let endpoint = Endpoint::new(address, &self.settings, &self.env);
                    (Arc::new(endpoint), self.balance.candidate())
                }
            })
            .collect()
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
