//! Which endpoint is next, and what its call said of it.
//!
//! [`Balance`] belongs to a client; the choice itself is a [`Balancer`] of each version of the list
//! of endpoints. A [`Visit`] (`visit.rs`) is one call at one endpoint. By which key
//! calls belong together is in `key.rs`, what the log says in `told.rs`, what a person sees in `view.rs`.
//!
//! [`Balancer`]: crate::policy::balance::Balancer

mod key;
mod told;
mod view;
mod visit;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

pub use self::key::KeySource;
use self::told::Told;
pub(crate) use self::view::EndpointView;
pub(super) use self::visit::Visit;
use super::endpoints::Set;
use super::pool::Endpoint;
use crate::Context;
use crate::context::Env;
use crate::contract::Outgoing;
use crate::policy::balance::{
    Ask, BalanceSettings, Balancer, Caller, Candidate, Seat, hash, subset,
};
use crate::policy::ejection::{Change, EjectionSettings, Group, Rates, outliers};
use crate::policy::limit::{AdaptiveLimit, LimitSettings};
use crate::telemetry::Telemetry;

/// What is set of the balance of a client.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalanceOptions {
    /// The choice.
    pub choice: BalanceSettings,
    /// Which calls belong together, by [`Rule::Maglev`](crate::policy::balance::Rule::Maglev).
    pub key: Option<KeySource>,
    /// Who is left out, and for how long.
    pub ejection: EjectionSettings,
    /// How many calls an endpoint gets at once; `None`: as many as come.
    pub limit: Option<LimitSettings>,
    /// Where this process runs.
    pub zone: Option<String>,
}

/// What the endpoints of a client have in common.
#[derive(Debug)]
pub(super) struct Balance {
    group: Group,
    options: ArcSwap<BalanceOptions>,
    /// Whether calls have a key at all: what each of them looks at.
    is_keyed: AtomicBool,
    /// Where this process runs.
    zone: Option<String>,
    /// Tells this caller's subset from those of others.
    caller: u64,
    told: Told,
    env: Env,
}

/// An endpoint, what the balance knows of it, and its place in the choice.
pub(super) type Known = (Arc<Endpoint>, Seat);

impl Balance {
    pub(super) fn new(
        service: &'static str,
        options: BalanceOptions,
        telemetry: &Telemetry,
    ) -> Self {
        let env = telemetry.env().clone();
        Self {
            group: Group::new(options.ejection),
            caller: env.random(),
            told: Told::new(service, telemetry),
            is_keyed: options.key.is_some().into(),
            zone: options.zone.clone(),
            options: ArcSwap::from_pointee(options),
            env,
        }
    }

    /// What is known of an endpoint that has just come to a list of others: that it will be like
    /// them. Of the first ones nothing is known.
    pub(super) fn candidate(&self, others: Option<Duration>) -> Arc<Candidate> {
        let (now, settings) = (self.env.now(), self.options.load().choice);
        let mut load = settings.load;
        load.initial = others.unwrap_or(load.initial);
        let mut candidate = Candidate::new(&self.group, load, now);
        // Settings that cannot work were found when they were read.
        let limit = self
            .options
            .load()
            .limit
            .map(|limit| AdaptiveLimit::new(limit, now, self.env.random()));
        if let Some(Ok(limit)) = limit {
            candidate = candidate.limited(limit);
        }
        if others.is_some() {
            candidate.warm_up(now, settings.slow_start);
        }
        Arc::new(candidate)
    }

    /// The places of those of `addresses` that are called at all: all of them, or a subset.
    pub(super) fn subset<'a>(&self, addresses: impl Iterator<Item = &'a str>) -> Vec<usize> {
        let keys: Vec<u64> = addresses.map(|address| hash(address.as_bytes())).collect();
        let most = self.options.load().choice.most();
        if keys.len() > most {
            self.told.subset(most, keys.len());
        }
        subset(&keys, most, self.caller)
    }

    /// The choice among endpoints.
    pub(super) fn balancer(&self, seats: Vec<Seat>, caller: &Caller) -> Balancer {
        let settings = self.options.load().choice;
        Balancer::new(self.group.clone(), settings, seats, caller)
    }

    /// The own zone, where it is known.
    pub(super) fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// The key of a call, where calls are balanced by one and it has it.
    #[inline]
    pub(super) fn key(&self, outgoing: &Outgoing, context: &Context) -> Option<u64> {
        match self.is_keyed.load(Ordering::Relaxed) {
            true => self.key_of(outgoing, context),
            false => None,
        }
    }

    fn key_of(&self, outgoing: &Outgoing, context: &Context) -> Option<u64> {
        let options = self.options.load();
        options.key.as_ref()?.of(outgoing, context).map(hash)
    }

    /// Takes other options, but for the zone. Whether they are others: the choice is to be made anew
    /// then.
    pub(super) fn update(&self, options: BalanceOptions) -> bool {
        let zone = self.zone.clone();
        let options = BalanceOptions { zone, ..options };
        if **self.options.load() == options {
            return false;
        }
        self.group.update(options.ejection);
        self.is_keyed
            .store(options.key.is_some(), Ordering::Relaxed);
        self.options.store(Arc::new(options));
        true
    }

    /// The endpoint that gets the call; `None` when there is nobody left.
    #[inline]
    pub(super) fn visit<'a>(
        &'a self,
        set: &'a Set,
        ask: Ask<'_>,
        now: Instant,
    ) -> Option<Visit<'a>> {
        let pick = set.balancer.pick(ask, now, &self.env)?;
        let endpoint = set.endpoints.get(pick.index)?;
        let candidate = set.balancer.candidates().get(pick.index)?;
        Some(Visit::new(self, endpoint, candidate, pick.standing, now))
    }

    /// How often [`compare`](Self::compare) wants to be asked.
    pub(super) fn interval(&self) -> Duration {
        self.options.load().ejection.interval
    }

    /// Ejects those that did far worse than the others since this was asked last.
    pub(super) fn compare(&self, set: &Set) {
        let now = self.env.now();
        let candidates = set.balancer.candidates();
        let rates: Vec<Rates> = candidates.iter().map(|one| one.take_rates()).collect();
        for (index, reason) in outliers(&rates, &self.group.settings()) {
            if let (Some(candidate), Some(endpoint)) =
                (candidates.get(index), set.endpoints.get(index))
                && let Some(change) = candidate.member().eject(reason, now)
            {
                self.changed(change, endpoint, candidate, now);
            }
        }
    }

    /// An endpoint's standing has changed: takes the consequences and says it, once.
    #[cold]
    fn changed(&self, change: Change, endpoint: &Endpoint, candidate: &Candidate, now: Instant) {
        if change == Change::Readmitted {
            candidate.warm_up(now, self.options.load().choice.slow_start);
        }
        self.told
            .change(change, endpoint.address(), self.group.ejected());
        self.look_for_panic();
    }

    /// Whether too few endpoints are left has changed, perhaps: says so.
    pub(super) fn look_for_panic(&self) {
        if let Some(is_panicking) = self.group.panic_change() {
            self.told.panic(is_panicking, self.group.ejected());
        }
    }
}
