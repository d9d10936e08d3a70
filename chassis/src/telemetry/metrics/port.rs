//! Series of ports.

use std::time::Duration;

use super::durations::Durations;
use super::reading::Recorded;
use crate::context::TraceContext;

/// Duration and number of calls of one method of a port. A cheap clone.
#[derive(Debug, Clone)]
pub struct PortSeries(Durations);

impl PortSeries {
    pub(super) fn new(durations: Durations) -> Self {
        Self(durations)
    }

    /// Counts one call; `error_type` says why it failed.
    #[inline]
    pub fn record(&self, elapsed: Duration, error_type: Option<&'static str>) {
        self.0.record((0, error_type), elapsed);
    }

    /// Like [`record`](Self::record), and keeps the call as an exemplar if `trace` is sampled.
    #[inline]
    pub fn record_traced(
        &self,
        elapsed: Duration,
        error_type: Option<&'static str>,
        trace: &TraceContext,
    ) {
        self.0.record_traced((0, error_type), elapsed, trace);
    }

    /// The same, to be read.
    pub(crate) fn recorded(&self) -> Recorded {
        Recorded::new(self.0.clone(), None)
    }
}
