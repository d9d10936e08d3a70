//! The endpoints of a service: what discovery knows, each with its connections and its standing.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::Settings;
use super::balance::{Balance, BalanceOptions, EndpointView, Known};
use super::limit::within;
use super::pool::Endpoint;
use crate::context::Env;
use crate::discovery::{Address, Instance, Watch};
use crate::http::tls::ClientTls;
use crate::policy::balance::{Balancer, Caller, Seat, hash};
use crate::telemetry::Telemetry;

/// Follows a [`Watch`]. An endpoint that stays keeps its connections through every change.
#[derive(Debug)]
pub(crate) struct Endpoints {
    watch: Watch,
    /// The instances of our own service, where zones are looked at.
    peers: Option<Watch>,
    settings: Arc<Settings>,
    pub(super) balance: Balance,
    env: Env,
    tls: Option<ClientTls>,
    current: ArcSwap<Set>,
    /// Held by the one call that brings the set up to date.
    refresh: Mutex<()>,
    is_pruned: AtomicBool,
    /// Told when an idle connection was closed by its callee.
    closed: Arc<Notify>,
}

/// The endpoints of one version of the watch.
#[derive(Debug)]
pub(super) struct Set {
    version: u64,
    peers_version: u64,
    pub(super) endpoints: Vec<Arc<Endpoint>>,
    /// The choice among them; its candidates stand in their order.
    pub(super) balancer: Balancer,
}

impl Set {
    /// How long an endpoint takes, on average over all; `None` where there is none.
    fn usual(&self, now: Instant) -> Option<Duration> {
        let candidates = self.balancer.candidates();
        let sum: Duration = candidates.iter().map(|one| one.load().average(now)).sum();
        (!candidates.is_empty()).then(|| sum / candidates.len() as u32)
    }

    /// Closes the connections to those of `old` that are gone.
    fn retire_others(&self, old: &Self) {
        let kept: HashSet<_> = self.endpoints.iter().map(Arc::as_ptr).collect();
        let gone = old.endpoints.iter();
        gone.filter(|one| !kept.contains(&Arc::as_ptr(one)))
            .for_each(|one| one.retire());
    }
}

impl Endpoints {
    pub(super) fn new(
        watch: Watch,
        peers: Option<Watch>,
        settings: Arc<Settings>,
        service: &'static str,
        telemetry: &Telemetry,
        tls: Option<ClientTls>,
    ) -> Arc<Self> {
        let balance = Balance::new(service, settings.balance(), telemetry);
        let nobody = Set {
            version: 0,
            peers_version: 0,
            endpoints: Vec::new(),
            balancer: balance.balancer(Vec::new(), &Caller::default()),
        };
        Arc::new(Self {
            watch,
            peers: peers.filter(|_| balance.zone().is_some()),
            settings,
            balance,
            env: telemetry.env().clone(),
            tls,
            current: ArcSwap::from_pointee(nobody),
            refresh: Mutex::default(),
            is_pruned: AtomicBool::new(false),
            closed: Arc::default(),
        })
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The endpoints as they are known now.
    pub(super) fn load(self: &Arc<Self>) -> Arc<Set> {
        let current = self.current.load_full();
        if self.is_fresh(&current) {
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
        let old = self.current.load_full();
        if !self.is_fresh(&old) {
            self.replace(&old);
            self.prune_from_now_on();
        }
    }

    /// Balances by other options from now on. No call is lost: those under way end where they are.
    pub(crate) fn update(&self, options: BalanceOptions) {
        let _one = self.refresh.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current.load_full();
        // Of a list that nobody has asked for yet the first call makes the choice.
        if self.balance.update(options) && !old.endpoints.is_empty() {
            self.replace(&old);
        }
    }

    /// Makes the choice anew, of what is known now.
    fn replace(&self, old: &Set) {
        let (version, peers_version) = (self.watch.version(), self.peers_version());
        let (endpoints, seats) = self.known(old).into_iter().unzip();
        let new = Set {
            version,
            peers_version,
            endpoints,
            balancer: self.balance.balancer(seats, &self.caller()),
        };
        new.retire_others(old);
        self.current.store(Arc::new(new));
        self.balance.look_for_panic();
    }

    #[inline]
    fn is_fresh(&self, set: &Set) -> bool {
        set.version == self.watch.version() && set.peers_version == self.peers_version()
    }

    fn peers_version(&self) -> u64 {
        self.peers.as_ref().map_or(0, Watch::version)
    }

    /// Where we call from, and where from others like us do.
    fn caller(&self) -> Caller {
        let mut caller = Caller {
            zone: self.balance.zone().map(str::to_owned),
            ..Caller::default()
        };
        let peers = self.peers.as_ref().map(Watch::snapshot);
        for peer in peers.iter().flat_map(|peers| &peers.instances) {
            let zone = peer.zone.clone().unwrap_or_default();
            *caller.peers.entry(zone).or_insert(0.0) += 1.0;
        }
        caller
    }

    /// The endpoints of the watch's snapshot, those of `old` taken over.
    fn known(&self, old: &Set) -> Vec<Known> {
        let snapshot = self.watch.snapshot();
        let mut seen = HashSet::new();
        let called = snapshot.instances.iter().filter(|one| one.weight > 0);
        let called: Vec<&Instance> = called.filter(|one| seen.insert(&one.address)).collect();
        let names: Vec<String> = called.iter().map(|one| one.address.to_string()).collect();
        let old_ones = old.endpoints.iter().zip(old.balancer.candidates());
        let old_ones: HashMap<&Address, _> = old_ones.map(|one| (one.0.address(), one)).collect();
        let usual = old.usual(self.env.now());
        let places = self.balance.subset(names.iter().map(String::as_str));
        let known = places.into_iter().filter_map(|place| {
            let (instance, name) = (*called.get(place)?, names.get(place)?);
            let (endpoint, candidate) = match old_ones.get(&instance.address) {
                Some((endpoint, candidate)) => (Arc::clone(endpoint), Arc::clone(candidate)),
                None => {
                    let address = instance.address.clone();
                    let (settings, tls) = (&self.settings, self.tls.clone());
                    let endpoint = Endpoint::new(address, settings, &self.env, tls, &self.closed);
                    (Arc::new(endpoint), self.balance.candidate(usual))
                }
            };
            let seat = Seat {
                candidate,
                key: hash(name.as_bytes()),
                weight: instance.weight,
                zone: instance.zone.clone(),
            };
            Some((endpoint, seat))
        });
        known.collect()
    }

    /// How each of them stands, and whether so few are left that all are called.
    pub(crate) fn view(self: &Arc<Self>) -> (Vec<EndpointView>, bool) {
        (self.balance.view(&self.load()), self.balance.is_panicking())
    }

    /// Leaves the endpoint at `address` out for `time`, or takes it back at once. Whether it is known.
    pub(crate) fn by_hand(self: &Arc<Self>, address: &str, time: Option<Duration>) -> bool {
        self.balance.by_hand(&self.load(), address, time)
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
            let period = period.min(self.balance.interval());
            let period = period.clamp(Duration::from_millis(100), Duration::from_secs(15));
            let closed = Arc::clone(&self.closed);
            drop(tokio::spawn(prune(
                Arc::downgrade(self),
                closed,
                env,
                period,
            )));
        }
    }
}

async fn prune(endpoints: Weak<Endpoints>, closed: Arc<Notify>, env: Env, period: Duration) {
    let mut compared = env.now();
    let mut next = compared + period;
    loop {
        let is_told = within(&env, next, closed.notified()).await.is_ok();
        let Some(endpoints) = endpoints.upgrade() else {
            return;
        };
        let now = env.now();
        // Also notices, without a call, that instances are gone.
        let set = endpoints.load();
        for endpoint in &set.endpoints {
            if endpoint.has_closed() || !is_told {
                endpoint.prune(now);
            }
        }
        if is_told {
            continue;
        }
        next = now + period;
        if now.saturating_duration_since(compared) >= endpoints.balance.interval() {
            endpoints.balance.compare(&set);
            compared = now;
        }
    }
}
