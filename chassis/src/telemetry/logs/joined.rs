//! The layer that joins `tracing` to the chassis: events become log lines; where the trace is
//! sampled, spans become spans of it, and events events of the innermost span.
//!
//! While a user's span is entered, it is the current place in the trace: calls that are made
//! within it are its children. Where the trace is not sampled, a span is never made: it costs the
//! question whether it is wanted.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context as Scope, Filter};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::fields::Fields;
use super::{look, routes};
use crate::Context;
use crate::context::{self, SpanId, TraceContext};
use crate::telemetry::component::Component;
use crate::telemetry::traces::{SpanEvent, SpanKind, SpanRecord};

/// The layer, for a host program that has a subscriber of its own.
///
/// A program without one needs nothing: the chassis installs its own.
pub fn layer<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Joined { is_alone: false }.with_filter(Wanted)
}

/// The layer, where it is the only one: what it does not want is never made.
pub(super) fn alone() -> Joined {
    Joined { is_alone: true }
}

pub(super) struct Joined {
    is_alone: bool,
}

/// Asks the system that the code runs for whether it wants an event or span.
struct Wanted;

impl Wanted {
    fn now(metadata: &Metadata<'_>) -> bool {
        let context = Context::current();
        if metadata.is_span() && !context.trace().is_sampled() {
            return false;
        }
        routes::find(context.component()).is_some_and(|component| {
            component.shared.levels().enables(metadata)
                && (metadata.is_event() || component.shared.records())
        })
    }

    /// Never for good where no system wants it; else it depends on the call.
    fn ever(metadata: &Metadata<'_>) -> Interest {
        let mut wanted = false;
        routes::systems(|system| wanted |= system.shared.levels().enables(metadata));
        if wanted {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn most() -> LevelFilter {
        let mut most = LevelFilter::OFF;
        routes::systems(|system| most = most.max(system.shared.levels().most()));
        most
    }
}

impl<S> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Scope<'_, S>) -> bool {
        Self::now(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        Self::ever(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(Self::most())
    }
}

/// What a span of a sampled trace becomes.
struct Joining {
    component: Arc<Component>,
    record: SpanRecord,
    started: Instant,
    /// The context around the span, and the one within.
    outer: Context,
    inner: Context,
}

thread_local! {
    /// The spans that are entered on this thread, and the contexts outside of them.
    static ENTERED: RefCell<Vec<(Id, Context)>> = const { RefCell::new(Vec::new()) };
}

/// How many of them are remembered: a guard that moves to another thread leaves its entry behind.
const DEEPEST: usize = 128;

impl<S> Layer<S> for Joined
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_alone {
            Wanted::ever(metadata)
        } else {
            Interest::always()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Scope<'_, S>) -> bool {
        !self.is_alone || Wanted::now(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.is_alone.then(Wanted::most)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(id) else {
            return;
        };
        let mut outer = Context::current();
        if let Some(parent) = attributes.parent().and_then(|parent| scope.span(parent)) {
            outer = inner_context(&parent).unwrap_or(outer);
        }
        if let Some(joining) = begin(outer, attributes) {
            span.extensions_mut().insert(joining);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, scope: Scope<'_, S>) {
        with(id, &scope, |joining| {
            let mut fields = Fields::default();
            std::mem::swap(&mut fields.others, &mut joining.record.attributes);
            values.record(&mut fields);
            joining.record.attributes = fields.others;
        });
    }

    fn on_event(&self, event: &Event<'_>, _: Scope<'_, S>) {
        let context = Context::current();
        let Some(component) = routes::find(context.component()) else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        log(&component, event, context.trace(), &fields);
        if context.trace().is_sampled() && component.shared.records() {
            remember(&component, event, context.trace(), fields);
        }
    }

    fn on_enter(&self, id: &Id, scope: Scope<'_, S>) {
        with(id, &scope, |joining| {
            // A span that is entered within another trace is not the place in that one.
            let current = Context::current();
            if current.trace().trace_id != joining.record.trace.trace_id {
                return;
            }
            ENTERED.with_borrow_mut(|entered| {
                if entered.len() == DEEPEST {
                    entered.remove(0);
                }
                entered.push((id.clone(), context::replace(joining.inner.clone())));
            });
        });
    }

    fn on_exit(&self, id: &Id, scope: Scope<'_, S>) {
        let entered = ENTERED.with_borrow_mut(|entered| {
            let at = entered.iter().rposition(|(known, _)| known == id)?;
            Some(entered.remove(at).1)
        });
        with(id, &scope, |joining| {
            // Only if the span is still the place: a guard that was held over an await is left when
            // this thread may long be doing something else.
            let trace = &joining.record.trace;
            if Context::current().trace().span_id != trace.span_id {
                return;
            }
            // The entry may lie on another thread, or be one that was left behind here.
            let mine = entered.filter(|outer| outer.trace().trace_id == trace.trace_id);
            context::replace(mine.unwrap_or_else(|| joining.outer.clone()));
        });
    }

    fn on_close(&self, id: Id, scope: Scope<'_, S>) {
        let Some(span) = scope.span(&id) else {
            return;
        };
        let joining = span.extensions_mut().remove::<Joining>();
        if let Some(Joining {
            component,
            mut record,
            started,
            ..
        }) = joining
        {
            let now = component.shared.env.now();
            record.elapsed = now.saturating_duration_since(started);
            component.shared.record(&component.resource, record);
        }
    }
}

fn begin(outer: Context, attributes: &Attributes<'_>) -> Option<Joining> {
    let component = routes::find(outer.component())?;
    let env = &component.shared.env;
    let parent = outer.trace();
    let trace = TraceContext {
        span_id: SpanId(env.random().max(1).to_be_bytes()),
        ..parent.clone()
    };
    let name = attributes.metadata().name();
    let mut record = SpanRecord::new(name, SpanKind::Internal, trace.clone(), env.wall());
    record.parent = Some(parent.span_id);
    let mut fields = Fields::default();
    attributes.record(&mut fields);
    record.attributes = fields.others;
    Some(Joining {
        record,
        started: env.now(),
        inner: outer.clone().with_trace(trace),
        outer,
        component,
    })
}

fn with<S>(id: &Id, scope: &Scope<'_, S>, act: impl FnOnce(&mut Joining))
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if let Some(span) = scope.span(id)
        && let Some(joining) = span.extensions_mut().get_mut::<Joining>()
    {
        act(joining);
    }
}

fn inner_context<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<Context> {
    let extensions = span.extensions();
    extensions
        .get::<Joining>()
        .map(|joining| joining.inner.clone())
}

fn log(component: &Component, event: &Event<'_>, trace: &TraceContext, fields: &Fields) {
    let shared = &component.shared;
    let metadata = event.metadata();
    let event = look::Event {
        at: shared.env.wall(),
        level: *metadata.level(),
        target: metadata.target(),
        service: component.resource.name(),
        trace,
        fields,
    };
    shared
        .sink
        .line_in_order(|out| event.render(shared.look, out));
}

/// Keeps the event until its span is finished.
fn remember(component: &Component, event: &Event<'_>, trace: &TraceContext, fields: Fields) {
    let mut attributes = fields.others;
    attributes.push(("level", event.metadata().level().as_str().into()));
    let event = SpanEvent {
        name: fields.message.into(),
        at: component.shared.env.wall(),
        attributes,
    };
    component.shared.events.keep(trace.span_id, event);
}
