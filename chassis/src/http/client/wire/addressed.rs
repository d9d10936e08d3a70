//! [`Addressed`]: what a request says beside what its caller put into it.

use std::time::Instant;

use http::HeaderValue;

use crate::Context;
use crate::context::{Setter, TraceContext, Trust, headers};

/// What depends on the endpoint, the attempt and the time. A protocol writes it in its own form, so
/// that it need not stand in a map of headers first.
pub(in crate::http::client) struct Addressed<'a> {
    /// Who is called.
    pub(in crate::http::client) host: &'a HeaderValue,
    /// The caller's.
    pub(in crate::http::client) context: &'a Context,
    /// The call's own place in the trace.
    pub(in crate::http::client) trace: &'a TraceContext,
    /// Whether the callee is told more than the trace.
    pub(in crate::http::client) trust: Trust,
    /// When the attempt must be over.
    pub(in crate::http::client) deadline: Instant,
    pub(in crate::http::client) now: Instant,
    /// The first is 1.
    pub(in crate::http::client) attempt: u32,
}

impl Addressed<'_> {
    /// Writes it, but for the host.
    pub(super) fn write(&self, setter: &mut impl Setter) {
        if self.trust == Trust::Edge {
            // A stranger is told the trace and nothing else.
            return Context::default().inject_as(setter, self.now, None, self.trace);
        }
        let deadline = Some(self.deadline);
        self.context
            .inject_as(setter, self.now, deadline, self.trace);
        if self.attempt > 1 {
            setter.set(headers::ATTEMPT_COUNT, self.attempt.to_string().as_bytes());
        }
    }
}
