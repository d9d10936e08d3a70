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
#[expect(dead_code, reason = "the stream of events sends it")]
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

/// What else changed: event `changes`. What is missing stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(dead_code, reason = "the stream of events sends it")]
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
