//! What travels with a call: [`Context`], its parts and their wire formats; and [`Env`], behind
//! which time and randomness stand.
//!
//! Start at [`Context::current`]: inside a handler it is the context of the call being served.

mod deadline;
mod env;
mod scope;
mod trace;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use env::{Clock, Env, Random, Timer};
pub use scope::Scoped;
pub use trace::{SpanId, TraceContext, TraceFlags, TraceId};

/// What travels with a call. A cheap clone; changed copies are made by the `with_…` methods.
#[derive(Debug, Clone, Default)]
pub struct Context(Arc<Parts>);

#[derive(Debug, Clone, Default)]
struct Parts {
    trace: TraceContext,
    deadline: Option<Instant>,
}

impl Context {
    /// The context of the call that this code serves, or an empty one outside of any call.
    pub fn current() -> Self {
        scope::current().unwrap_or_default()
    }

    /// Where the call stands in its trace.
    pub fn trace(&self) -> &TraceContext {
        &self.0.trace
    }

    /// When the caller stops waiting.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// A copy with another place in the trace.
    #[must_use]
    pub fn with_trace(&self, trace: TraceContext) -> Self {
        self.change(|parts| parts.trace = trace)
    }

    /// A copy whose deadline is `deadline`, or the one it has if that is earlier.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        self.change(|parts| {
            parts.deadline = Some(parts.deadline.map_or(deadline, |own| own.min(deadline)));
        })
    }

    /// What is left until the deadline; zero when it has passed, `None` when there is none.
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        self.0.deadline.map(|at| at.saturating_duration_since(now))
    }

    fn change(&self, change: impl FnOnce(&mut Parts)) -> Self {
        let mut parts = Parts::clone(&self.0);
        change(&mut parts);
        Self(Arc::new(parts))
    }
}
