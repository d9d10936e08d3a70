//! Outlier ejection: an endpoint that fails is left out of the balance for a while.
//!
//! Where a breaker guards a whole dependency, ejection guards it from one of its instances, by Envoy's
//! rules of outlier detection: so many failures in a row, or a success rate far below that of the
//! others. The time grows with every ejection. Then one call, the probe, decides whether the endpoint
//! is back: no crowd runs at an instance that has just begun to breathe.
//!
//! Two bounds keep a bad judgement from becoming an outage: at most a share of the endpoints is ejected,
//! and when too few are left, all are used again ([`Group::is_panicking`], Envoy's panic threshold): when most
//! look ill it is the network, or the caller.
//!
//! A [`Group`] stands for the endpoints of one dependency, a [`Member`] for each of them. Ask
//! [`Member::standing`] before a call, and say how it went by [`Member::record`].

mod member;
mod outliers;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

pub use self::member::{Change, Member, Reason, Standing};
pub use self::outliers::{Rates, outliers};
use crate::policy::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// When endpoints are ejected, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EjectionSettings {
    /// So many failures in a row eject; 0: none do. Default: 5.
    pub consecutive_failures: u32,
    /// How long the first ejection lasts; each further one lasts that much longer. Default: 5 s.
    pub eject_for: Duration,
    /// The longest ejection. Default: 60 s.
    pub eject_at_most: Duration,
    /// The largest share of endpoints that are ejected at once; one may be in any case, as long as it
    /// isn't the only one. Default: 0.5.
    pub max_ejected: f64,
    /// With a smaller share of endpoints in the balance, all of them are used. Default: 0.5.
    pub panic_threshold: f64,
    /// How often success rates are compared. Default: 10 s.
    pub interval: Duration,
    /// So many endpoints with enough calls are needed to compare them. Default: 5.
    pub minimum_hosts: usize,
    /// So many calls in an interval make an endpoint's rate count. Default: 100.
    pub minimum_calls: u64,
    /// How many standard deviations below the mean rate is too low; 0: none is. Default: 1.9.
    pub deviations: f64,
    /// Whose calls take so many times as long as those of the middle one is ejected, too; 0: nobody
    /// is. Default: 0, because a balance by load gives a slow one little anyway.
    pub latency_factor: f64,
}

impl Default for EjectionSettings {
    fn default() -> Self {
        Self {
            consecutive_failures: 5,
            eject_for: Duration::from_secs(5),
            eject_at_most: Duration::from_secs(60),
            max_ejected: 0.5,
            panic_threshold: 0.5,
            interval: Duration::from_secs(10),
            minimum_hosts: 5,
            minimum_calls: 100,
            deviations: 1.9,
            latency_factor: 0.0,
        }
    }
}

/// The endpoints of one dependency, as far as ejection goes. A cheap clone.
#[derive(Debug, Clone)]
pub struct Group(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: ArcSwap<EjectionSettings>,
    members: AtomicUsize,
    ejected: AtomicUsize,
    said_panic: AtomicBool,
}

impl Group {
    /// A group without members.
    pub fn new(settings: EjectionSettings) -> Self {
        Self(Arc::new(Shared {
            settings: ArcSwap::from_pointee(settings),
            members: AtomicUsize::new(0),
            ejected: AtomicUsize::new(0),
            said_panic: AtomicBool::new(false),
        }))
    }

    /// The settings that hold now.
    pub fn settings(&self) -> EjectionSettings {
        **self.0.settings.load()
    }

    /// Changes the settings: what is counted and who is ejected stays.
    pub fn update(&self, settings: EjectionSettings) {
        self.0.settings.store(Arc::new(settings));
    }

    /// Whether all are used again because too few are left (`Some(true)`), or that is over
    /// (`Some(false)`); `None`: it is as it was when this was asked last.
    pub fn panic_change(&self) -> Option<bool> {
        let is_panicking = self.is_panicking();
        let was_panicking = self.0.said_panic.swap(is_panicking, Ordering::Relaxed);
        (was_panicking != is_panicking).then_some(is_panicking)
    }

    /// How many members are ejected, of how many.
    pub fn ejected(&self) -> (usize, usize) {
        let members = self.0.members.load(Ordering::Relaxed);
        (self.0.ejected.load(Ordering::Relaxed), members)
    }

    /// Whether so few are left that ejection is to be ignored.
    pub fn is_panicking(&self) -> bool {
        let (ejected, members) = self.ejected();
        if ejected == 0 {
            return false;
        }
        let left = members.saturating_sub(ejected);
        (left as f64) < self.settings().panic_threshold * members as f64
    }
}

impl Shared {
    /// Takes the place of one more ejected member, if there may be one.
    fn try_eject(&self) -> bool {
        let members = self.members.load(Ordering::Relaxed);
        let share = (self.settings.load().max_ejected * members as f64) as usize;
        let most = share.max(1).min(members.saturating_sub(1));
        let more = |ejected: usize| (ejected < most).then_some(ejected + 1);
        self.ejected
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }
}
