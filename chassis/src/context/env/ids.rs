//! [`Ids`]: where one connection takes its ids from.

use std::cell::Cell;

use super::Env;
use super::random::Generator;
use crate::context::{SpanId, TraceId};

/// Generates the ids of traces and spans. One a connection: seeded once from the [`Env`], then
/// without any lock or look at shared memory.
#[derive(Debug)]
pub struct Ids(Cell<Generator>);

impl Ids {
    /// A generator of its own.
    pub fn new(env: &Env) -> Self {
        Self(Cell::new(Generator::new([env.random(), env.random()])))
    }

    /// A new trace's id, random in all its bits.
    pub fn trace_id(&self) -> TraceId {
        let (high, low) = (self.next(), self.next());
        TraceId((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// A new span's id.
    pub fn span_id(&self) -> SpanId {
        SpanId(self.next().to_be_bytes())
    }

    /// Not zero: an id of zeros is none.
    fn next(&self) -> u64 {
        let mut generator = self.0.get();
        let mut bits = generator.next();
        while bits == 0 {
            bits = generator.next();
        }
        self.0.set(generator);
        bits
    }
}

#[cfg(test)]
mod tests;
