//! What `GET /admin/events` sends while a page is open.
//!
//! Server-sent events, about one of each a second, only where something changed: `ticks` holds
//! [`Ticks`], `changes` holds [`Changes`], `end` says that the process stops. The first of each
//! says everything; so does one after a page was too slow to read all of them.

use serde::Serialize;

use super::{PortState, Request, State};
use crate::health::CheckReport;

/// Numbers that changed: event `ticks`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Ticks {
    /// When they were read, in milliseconds since 1970.
    pub(crate) at_unix_ms: u64,
    /// Over which time rates and percentiles are.
    pub(crate) window_ms: u64,
    /// What changed; what is not named stays as it was.
    pub(crate) figures: Vec<Numbers>,
}

/// [`Figures`](super::Figures) as a list, in this order: id, calls, errors, in flight, rate, error
/// rate, p50 and p99 in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Numbers(
    pub(crate) usize,
    pub(crate) u64,
    pub(crate) u64,
    pub(crate) Option<u64>,
    pub(crate) Option<f64>,
    pub(crate) Option<f64>,
    pub(crate) Option<f64>,
    pub(crate) Option<f64>,
);

/// What may change beside numbers, all of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Live {
    pub(crate) state: State,
    pub(crate) log_level: String,
    /// Without ages: they would change every second.
    pub(crate) health: Vec<CheckReport>,
    pub(crate) ports: Vec<PortChange>,
    pub(crate) slow: Vec<Request>,
    pub(crate) failed: Vec<Request>,
}

impl Live {
    /// What is different from `before`; all of it where nothing was before.
    pub(crate) fn since(&self, before: Option<&Self>) -> Changes {
        let Some(before) = before else {
            return self.all();
        };
        let ports = self.ports.iter().zip(&before.ports);
        let ports = ports.filter(|(now, before)| now != before);
        let changed = |now: &Vec<Request>, before| (now != before).then(|| now.clone());
        Changes {
            state: (self.state != before.state).then(|| self.state.clone()),
            log_level: (self.log_level != before.log_level).then(|| self.log_level.clone()),
            health: (self.health != before.health).then(|| self.health.clone()),
            ports: ports.map(|(now, _)| now.clone()).collect(),
            slow: changed(&self.slow, &before.slow),
            failed: changed(&self.failed, &before.failed),
        }
    }

    fn all(&self) -> Changes {
        Changes {
            state: Some(self.state.clone()),
            log_level: Some(self.log_level.clone()),
            health: Some(self.health.clone()),
            ports: self.ports.clone(),
            slow: Some(self.slow.clone()),
            failed: Some(self.failed.clone()),
        }
    }
}

impl Changes {
    /// Whether nothing changed.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What else changed: event `changes`. What is missing stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Changes {
    /// How the process stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<State>,
    /// The log level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log_level: Option<String>,
    /// Every check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) health: Option<Vec<CheckReport>>,
    /// The outbound ports that stand otherwise than before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ports: Vec<PortChange>,
    /// The slow requests, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slow: Option<Vec<Request>>,
    /// The failed requests, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<Vec<Request>>,
}

/// One outbound port that stands otherwise than before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PortChange {
    /// [`Outbound::id`](super::Outbound::id).
    pub(crate) id: String,
    /// How it stands now.
    pub(crate) state: PortState,
}
