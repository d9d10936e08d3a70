//! Metrics: series that are resolved once and counted in sharded atomics, and their exposition.

mod cells;
mod durations;
mod exposition;
mod family;
mod http;
mod name;
mod policies;
mod port;
mod process;
mod reading;
mod registry;
mod runtime;
mod snapshot;
mod user;

pub(crate) use self::cells::{Sharded, Total};
pub use self::http::{HttpSeries, InFlight};
pub use name::MetricName;
pub use port::PortSeries;
pub(crate) use reading::{Reading, Recorded};
pub use registry::Metrics;
pub use snapshot::{Exemplar, FamilySnapshot, HistogramValue, Kind, Point, PointValue};
pub use user::{Bounded, Counter, Gauge, Histogram};

#[cfg(test)]
mod tests;
