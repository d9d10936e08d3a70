//! Spans: what is sampled, what is recorded, how it leaves.

mod record;
mod sampler;

pub use record::{SpanEvent, SpanKind, SpanRecord, Text, Value};
pub(crate) use sampler::Sampler;
