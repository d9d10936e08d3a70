//! Overload: what a request passes before its call may begin, and what is refused there.
//!
//! In this order: what nobody waits for any more, what is beyond its rate limit ([`rates`]), what is
//! less urgent while the processor is used up, what is beyond `http.max_in_flight`, and what is beyond
//! the adaptive limit of its route and finds no place in its queue. [`Pipeline`] holds what all routes
//! share, [`Guard`] what is a route's own, [`admit`] the order, [`watch`] what happens meanwhile.
//!
//! Answers that stream hold no place: a stream lasts as long as its reader likes, so its length says
//! nothing of how busy the service is; `http.streaming.max_open` bounds them. Neither does a merged
//! router's call whose body still comes: its length is its sender's. A contract's call takes its place when
//! its body is whole.

mod admit;
mod expose;
mod fields;
mod rates;
mod seen;
mod settings;
mod watch;

use std::sync::Arc;
use std::time::Instant;

use super::edge::Edge;
use super::exchange::Place;
pub(super) use admit::{Admission, Refusal, admit, enter, expired, overloaded};
pub(super) use rates::{Held, Rated, Rates};
pub(super) use seen::Seen;
pub(super) use settings::Wrong;
pub(crate) use settings::wrong;
pub use settings::{By, Overload, RateLimitRule};
pub(super) use watch::run;

use crate::Result;
use crate::context::Env;
use crate::policy::shed::{CpuShedder, Gate};
use crate::telemetry::{Counter, Metrics};

/// What all routes share.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) rates: Rates,
    /// None where it is off.
    pub(super) cpu: Option<CpuShedder>,
    /// Of what no contract knows.
    pub(super) elsewhere: Guard,
    /// Refused for the processor, and for `http.max_in_flight`.
    pub(super) busy: Seen,
    pub(super) full: Seen,
    shed: [Counter; Reason::ALL.len()],
}

/// What is a route's own.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// None where adaptive limits are off, and where answers stream.
    pub(super) gate: Option<Arc<Gate>>,
    pub(super) rules: Held,
    pub(super) seen: Seen,
}

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Expired,
    RateLimit,
    Cpu,
    MaxInFlight,
    Overload,
}

impl Reason {
    const ALL: [Self; 5] = [
        Self::Expired,
        Self::RateLimit,
        Self::Cpu,
        Self::MaxInFlight,
        Self::Overload,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::RateLimit => "rate-limit",
            Self::Cpu => "cpu",
            Self::MaxInFlight => "max-in-flight",
            Self::Overload => "overload",
        }
    }
}

impl Pipeline {
    pub(super) fn new(
        rates: Rates,
        settings: &super::Settings,
        env: &Env,
        metrics: &Metrics,
    ) -> Result<Self> {
        let overload = &settings.overload;
        let is_watched = overload.enabled && overload.cpu_threshold > 0.0;
        let count = |reason: Reason| {
            let help = "Requests that were refused before their call began";
            metrics.own_counter(
                "chassis.http.server.shed",
                help,
                &[("reason", reason.as_str())],
            )
        };
        let [expired, rate, cpu, full, over] = Reason::ALL.map(count);
        Ok(Self {
            rates,
            cpu: is_watched.then(|| CpuShedder::new(overload.cpu_threshold)),
            elsewhere: Guard {
                gate: gate(overload, env)?,
                ..Guard::default()
            },
            busy: Seen::default(),
            full: Seen::default(),
            shed: [expired?, rate?, cpu?, full?, over?],
        })
    }

    pub(super) fn count(&self, reason: Reason) {
        self.shed[reason as usize].inc();
    }
}

/// A gate for one route, unless that is off.
///
/// # Errors
///
/// When the settings cannot work.
pub(super) fn gate(settings: &Overload, env: &Env) -> Result<Option<Arc<Gate>>> {
    if !settings.enabled {
        return Ok(None);
    }
    let gate = Gate::new(settings.gate(), env.now(), env.random());
    let gate = gate.map_err(|mistake| crate::Error::bug(format!("http.overload.{mistake}")))?;
    Ok(Some(Arc::new(gate)))
}

/// The guard of a place.
pub(super) fn guard(edge: &Edge, place: Place) -> &Guard {
    match place {
        Place::Route(index) => &edge.table().route(index).guard,
        Place::Elsewhere => &edge.pipeline().elsewhere,
    }
}

/// A place at a gate, since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gated {
    pub(super) place: Place,
    pub(super) since: Instant,
}
