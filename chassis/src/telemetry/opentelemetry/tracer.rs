//! [`Tracer`]: begins the spans of libraries.

use opentelemetry::trace::{SpanBuilder, TraceContextExt, Tracer as OtelTracer, TracerProvider};
use opentelemetry::{Context as OtelContext, InstrumentationScope};

use super::span::Span;
use super::words::{attribute, kind, ours};
use crate::Context;
use crate::context::{Env, SpanId, TraceContext, TraceId};
use crate::telemetry::logs::component;
use crate::telemetry::traces::SpanRecord;

/// Gives tracers: all are one.
#[derive(Debug)]
pub(super) struct Provider;

impl TracerProvider for Provider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, _: InstrumentationScope) -> Tracer {
        Tracer
    }
}

/// Finds the component and the trace that a span belongs to by the current context.
#[derive(Debug)]
pub(super) struct Tracer;

impl OtelTracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, outer: &OtelContext) -> Span {
        let context = Context::current();
        let (parent, is_remote) = parent(outer, &context);
        let Some(component) = component(context.component()) else {
            return Span::silent(&parent);
        };
        let shared = &component.shared;
        let trace = place(&shared.env, &parent, |id| shared.sampler.sample(None, id));
        if !trace.is_sampled() || !shared.records() {
            return Span::silent(&trace);
        }
        let start = builder.start_time.unwrap_or_else(|| shared.env.wall());
        let mut record =
            SpanRecord::new(builder.name, kind(builder.span_kind.as_ref()), trace, start);
        record.parent = parent.is_valid().then_some(parent.span_id);
        record.remote_parent = is_remote;
        let attributes = builder.attributes.unwrap_or_default();
        record.attributes = attributes.into_iter().filter_map(attribute).collect();
        Span::recording(component, record)
    }
}

/// The library's own active span, else the call that the chassis serves.
fn parent(outer: &OtelContext, context: &Context) -> (TraceContext, bool) {
    if outer.has_active_span() {
        let span = outer.span();
        let active = span.span_context();
        return (ours(active), active.is_remote());
    }
    (context.trace().clone(), false)
}

/// A place within `parent`, or the first of a new trace.
fn place(env: &Env, parent: &TraceContext, sample: impl FnOnce(TraceId) -> bool) -> TraceContext {
    let id = || env.random().max(1);
    let span_id = SpanId(id().to_be_bytes());
    if parent.is_valid() {
        return TraceContext {
            span_id,
            ..parent.clone()
        };
    }
    let trace_id = u128::from(id()) << 64 | u128::from(id());
    let trace_id = TraceId(trace_id.to_be_bytes());
    TraceContext::root(trace_id, span_id, sample(trace_id))
}
