//! [`Propagator`]: what libraries write into headers, and read from them.

use http::{HeaderMap, HeaderValue};
use opentelemetry::Context as OtelContext;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;

use super::words::{ours, theirs};
use crate::Context;
use crate::context::{Trust, headers as names};
use crate::telemetry::logs::component;

/// W3C trace context, by the chassis' own reader and writer.
#[derive(Debug)]
pub(super) struct Propagator {
    fields: [String; 2],
}

impl Default for Propagator {
    fn default() -> Self {
        let fields = [names::TRACEPARENT, names::TRACESTATE];
        Self {
            fields: fields.map(|name| name.as_str().to_owned()),
        }
    }
}

impl TextMapPropagator for Propagator {
    fn inject_context(&self, outer: &OtelContext, injector: &mut dyn Injector) {
        let context = Context::current();
        let Some(component) = component(context.component()) else {
            return;
        };
        let trace = match outer.has_active_span() {
            true => ours(outer.span().span_context()),
            false => context.trace().clone(),
        };
        // Only the trace: whom the library speaks to may be a stranger.
        let mut headers = HeaderMap::new();
        let context = Context::default().with_trace(trace);
        context.inject(&mut headers, component.shared.env.now());
        for (name, value) in &headers {
            if let Ok(value) = value.to_str() {
                injector.set(name.as_str(), value.to_owned());
            }
        }
    }

    fn extract_with_context(&self, outer: &OtelContext, extractor: &dyn Extractor) -> OtelContext {
        let Some(component) = component(Context::current().component()) else {
            return outer.clone();
        };
        let mut headers = HeaderMap::new();
        for name in [names::TRACEPARENT, names::TRACESTATE] {
            let value = extractor.get(name.as_str());
            if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
                headers.insert(name, value);
            }
        }
        let now = component.shared.env.now();
        let context = Context::extract(&headers, Trust::Mesh, now).context;
        match context.trace() {
            trace if trace.is_valid() => outer.with_remote_span_context(theirs(trace, true)),
            _ => outer.clone(),
        }
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}
