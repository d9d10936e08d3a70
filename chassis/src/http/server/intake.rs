//! Reading the context of a request.

use std::time::{Duration, Instant};

use http::HeaderMap;

use super::edge::Edge;
use crate::Context;
use crate::context::{Extracted, Ids, SpanId, TraceContext, Trust};
use crate::telemetry::Telemetry;

/// The context of a call, and the caller's span.
pub(super) struct Intake {
    pub(super) context: Context,
    pub(super) parent: Option<SpanId>,
}

/// What a route says of time: its limit, and whether callers of the same system may ask for more.
pub(super) struct Time {
    pub(super) limit: Duration,
    pub(super) strict: bool,
}

/// Reads the context out of `headers` and decides, by one compare on the trace id, whether the
/// call is recorded. Costs one allocation.
pub(super) fn read(
    edge: &Edge,
    telemetry: &Telemetry,
    ids: &Ids,
    headers: &HeaderMap,
    (now, time): (Instant, &Time),
) -> Intake {
    let Extracted { context, rejected } = edge.extractor().extract(headers, now);
    if !rejected.is_empty() {
        edge.counters().rejected(rejected);
    }
    let (trace, parent) = place(telemetry, ids, context.trace());
    let (component, latest) = (telemetry.id(), now + time.limit);
    let context = match trace {
        // Most come without any: then there is no deadline that could be earlier.
        Some(trace) if context.is_empty() => {
            let context = Context::begun(trace, latest, component);
            return Intake { context, parent };
        }
        Some(trace) => context.with_trace(trace).with_component(component),
        None => context.with_component(component),
    };
    let may_ask = edge.limits().trust == Trust::Mesh && !time.strict;
    let context = if may_ask && context.deadline().is_some() {
        context
    } else {
        context.with_deadline(latest)
    };
    Intake { context, parent }
}

/// Where the call stands in its trace; `None`: where the caller stands, since no span of ours will
/// be seen.
pub(super) fn place(
    telemetry: &Telemetry,
    ids: &Ids,
    caller: &TraceContext,
) -> (Option<TraceContext>, Option<SpanId>) {
    if !caller.is_valid() {
        let id = ids.trace_id();
        let sampled = telemetry.sample(None, id);
        return (Some(TraceContext::root(id, ids.span_id(), sampled)), None);
    }
    let sampled = telemetry.sample(Some(caller), caller.trace_id);
    let child = (sampled && telemetry.records()).then(|| caller.child(ids.span_id(), true));
    (child, Some(caller.span_id))
}
