//! Series of HTTP servers and clients.

use std::sync::Arc;
use std::time::Duration;

use super::cells::Level;
use super::durations::Durations;
use super::family::Series;
use super::snapshot::{Labels, Point, PointValue};
use crate::context::TraceContext;

/// Duration and number of requests of one route, or of one target of a client. A cheap clone,
/// resolved when the route is registered.
#[derive(Debug, Clone)]
pub struct HttpSeries {
    durations: Durations,
    active: Active,
}

impl HttpSeries {
    pub(super) fn new(durations: Durations, active: Active) -> Self {
        Self { durations, active }
    }

    /// Counts one request. Status 0: no answer came. `error_type`: why it failed; where it is
    /// `None`, a status that means failure stands for itself.
    #[inline]
    pub fn record(&self, status: u16, error_type: Option<&'static str>, elapsed: Duration) {
        self.durations.record((status, error_type), elapsed);
    }

    /// Like [`record`](Self::record), and keeps the request as an exemplar if `trace` is sampled.
    #[inline]
    pub fn record_traced(
        &self,
        status: u16,
        error_type: Option<&'static str>,
        elapsed: Duration,
        trace: &TraceContext,
    ) {
        self.durations
            .record_traced((status, error_type), elapsed, trace);
    }

    /// Counts the request as in flight until the guard is dropped.
    #[inline]
    pub fn in_flight(&self) -> InFlight {
        self.begin();
        InFlight(Arc::clone(&self.active.level))
    }

    /// Counts a request as in flight, for callers that see to its end by [`end`](Self::end).
    #[inline]
    pub fn begin(&self) {
        self.active.level.add(1);
    }

    /// The end of what [`begin`](Self::begin) began.
    #[inline]
    pub fn end(&self) {
        self.active.level.add(-1);
    }
}

/// A request in flight.
#[derive(Debug)]
pub struct InFlight(Arc<Level>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

/// How many requests are in flight: one series for all routes of a method.
#[derive(Debug, Clone)]
pub(crate) struct Active {
    labels: Arc<Labels>,
    level: Arc<Level>,
}

impl Active {
    pub(super) fn new(labels: Labels) -> Self {
        Self {
            labels: Arc::new(labels),
            level: Arc::default(),
        }
    }
}

impl Series for Active {
    fn points(&self, out: &mut Vec<Point>) {
        #[expect(clippy::cast_precision_loss, reason = "requests in flight")]
        out.push(Point {
            labels: self.labels.to_vec(),
            value: PointValue::Gauge(self.level.get() as f64),
        });
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}
