//! Metrics, spans and logs of a running service.
//!
//! Start at [`Telemetry`]: one a component, all of a process sharing one pipeline. What is
//! recorded on the path of a request is resolved once, when a route or a port is registered:
//!
//! - [`Metrics`] gives series ([`HttpSeries`], [`PortSeries`]) and the handles of users
//!   ([`Counter`], [`Gauge`], [`Histogram`]), and answers a scrape;
//! - [`SpanRecord`]s of sampled traces go into a bounded queue and leave from a thread of their own;
//! - [`AccessLog`] takes one line a request;
//! - [`observer`] watches a port: spans, metrics, recent failures.
//!
//! Names follow the OpenTelemetry semantic conventions, version [`semconv::VERSION`].

mod capture;
mod component;
mod failures;
mod handle;
mod logs;
mod metrics;
mod observer;
// Libraries that speak the opentelemetry API join the traces.
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod resource;
pub mod semconv;
mod settings;
mod shared;
mod traces;

#[cfg(test)]
mod real;

pub use capture::{Capture, CapturedLine, CapturedSpan};
pub use failures::Failure;
pub(crate) use failures::Failures;
pub use handle::Telemetry;
pub(crate) use logs::is_color_wanted;
pub(crate) use logs::was_logged;
pub use logs::{AccessLog, AccessRecord, AccessRoute, layer, log_panics};
pub use metrics::{
    Bounded, Counter, Exemplar, FamilySnapshot, Gauge, Histogram, HistogramValue, HttpSeries,
    InFlight, Kind, MetricName, Metrics, Point, PointValue, PortSeries,
};
pub(crate) use metrics::{Reading, Recorded};
pub use observer::{PortObserver, observer};
pub use resource::Resource;
pub use settings::{LogFormat, LogsSettings, MetricsSettings, Settings, TracesSettings};
pub(crate) use shared::check;
pub use traces::{SpanEvent, SpanKind, SpanRecord, Text, Value};
