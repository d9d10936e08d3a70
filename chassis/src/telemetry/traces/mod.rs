//! Spans: what is sampled, what is recorded, how it leaves.
//!
//! A finished [`SpanRecord`] of a sampled trace goes into the [`SpanQueue`]; the [`Exporter`] takes
//! batches out of it on a thread of its own, writes them as OTLP and posts them.

mod events;
mod exporter;
pub(crate) mod headers;
mod otlp;
mod protobuf;
mod queue;
mod record;
mod sampler;
mod target;

pub(crate) use events::Events;
pub(crate) use exporter::Exporter;
pub(crate) use queue::SpanQueue;
pub use record::{SpanEvent, SpanKind, SpanRecord, Text, Value};
pub(crate) use sampler::Sampler;
pub(crate) use target::Target;

#[cfg(test)]
mod collector_tests;
#[cfg(test)]
mod tests;
