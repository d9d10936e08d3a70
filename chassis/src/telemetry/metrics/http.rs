//! Series of HTTP servers and clients.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::cells::Level;
use super::durations::Durations;
use super::family::Series;
use super::reading::Recorded;
use super::snapshot::{Labels, Point, PointValue};
use crate::context::TraceContext;

/// Duration and number of requests of one route, or of one target of a client. A cheap clone,
/// resolved when the route is registered.
#[derive(Debug, Clone)]
pub struct HttpSeries {
    durations: Durations,
    /// Of this route alone; the series of the method sums them up.
    level: Arc<Level>,
}

impl HttpSeries {
    pub(super) fn new(durations: Durations, active: &Active) -> Self {
        let level = active.level();
        Self { durations, level }
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
        InFlight(Arc::clone(&self.level))
    }

    /// Counts a request as in flight, for callers that see to its end by [`end`](Self::end).
    #[inline]
    pub fn begin(&self) {
        self.level.add(1);
    }

    /// The end of what [`begin`](Self::begin) began.
    #[inline]
    pub fn end(&self) {
        self.level.add(-1);
    }

    /// The same, to be read. Calls at work are those of this handle and its clones.
    pub(crate) fn recorded(&self) -> Recorded {
        Recorded::new(self.durations.clone(), Some(Arc::clone(&self.level)))
    }

    /// The same without calls at work, where nobody counts them.
    pub(crate) fn durations(&self) -> Recorded {
        Recorded::new(self.durations.clone(), None)
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

/// How many requests are in flight: one series for all routes of a method. Each route counts by
/// itself, so that the admin page can tell them apart.
#[derive(Debug, Clone)]
pub(crate) struct Active {
    labels: Arc<Labels>,
    levels: Arc<Mutex<Vec<Arc<Level>>>>,
}

impl Active {
    pub(super) fn new(labels: Labels) -> Self {
        Self {
            labels: Arc::new(labels),
            levels: Arc::default(),
        }
    }

    /// The level of one more route.
    fn level(&self) -> Arc<Level> {
        let level = Arc::<Level>::default();
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        // Seldom enough that ten thousand routes do not look through each other.
        if levels.len().is_power_of_two() {
            levels.retain(|level| Arc::strong_count(level) > 1 || level.get() != 0);
        }
        levels.push(Arc::clone(&level));
        level
    }
}

impl Series for Active {
    fn points(&self, out: &mut Vec<Point>) {
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let all: i64 = levels.iter().map(|level| level.get()).sum();
        #[expect(clippy::cast_precision_loss, reason = "requests in flight")]
        out.push(Point {
            labels: self.labels.to_vec(),
            value: PointValue::Gauge(all as f64),
        });
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }
}
