//! Tower layers for programs that know nothing of the chassis: one can be adopted without the rest.
//!
//! [`ServerTelemetryLayer`] goes around an axum router, [`ClientTelemetryLayer`] around reqwest's
//! client. Both record into a [`Telemetry`](crate::telemetry::Telemetry), which
//! [`Telemetry::hosted`](crate::telemetry::Telemetry::hosted) makes and whose
//! [`Metrics::scrape`](crate::telemetry::Metrics::scrape) is the page for Prometheus. What they count
//! and name is what the chassis' own edge and client do: they share the code.

pub use super::client::{ClientTelemetry, ClientTelemetryFuture, ClientTelemetryLayer};
pub use super::server::{ServerTelemetry, ServerTelemetryFuture, ServerTelemetryLayer};
