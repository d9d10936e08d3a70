//! [`Span`]: a library's span, as a record of the chassis.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as OtelSpan, SpanContext, Status};

use super::words::{attribute, theirs};
use crate::context::TraceContext;
use crate::telemetry::component::Component;
use crate::telemetry::traces::{SpanEvent, SpanRecord};

/// A span that is not over, or was never recorded.
#[derive(Debug)]
pub(super) struct Span {
    context: SpanContext,
    /// `None`: not sampled, or over.
    recording: Option<Recording>,
}

#[derive(Debug)]
struct Recording {
    component: Arc<Component>,
    record: SpanRecord,
    started: Instant,
}

impl Span {
    /// Passes the trace on, and records nothing.
    pub(super) fn silent(trace: &TraceContext) -> Self {
        Self {
            context: theirs(trace, false),
            recording: None,
        }
    }

    pub(super) fn recording(component: Arc<Component>, record: SpanRecord) -> Self {
        Self {
            context: theirs(&record.trace, false),
            recording: Some(Recording {
                started: component.shared.env.now(),
                component,
                record,
            }),
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut SpanRecord)) {
        if let Some(recording) = &mut self.recording {
            change(&mut recording.record);
        }
    }

    fn finish(&mut self, at: Option<SystemTime>) {
        let Some(mut recording) = self.recording.take() else {
            return;
        };
        let shared = &recording.component.shared;
        recording.record.elapsed = match at {
            Some(at) => at
                .duration_since(recording.record.start)
                .unwrap_or_default(),
            None => shared
                .env
                .now()
                .saturating_duration_since(recording.started),
        };
        shared.record(&recording.component.resource, recording.record);
    }
}

impl OtelSpan for Span {
    fn add_event_with_timestamp<T>(&mut self, name: T, at: SystemTime, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        self.change(|record| {
            record.events.push(SpanEvent {
                name: name.into().into(),
                at,
                attributes: attributes.into_iter().filter_map(attribute).collect(),
            });
        });
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    fn set_attribute(&mut self, pair: KeyValue) {
        let Some((key, value)) = attribute(pair) else {
            return;
        };
        self.change(|record| {
            let mut known = record.attributes.iter_mut();
            match known.find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => record.attributes.push((key, value)),
            }
        });
    }

    fn set_status(&mut self, status: Status) {
        self.change(|record| record.error = matches!(status, Status::Error { .. }));
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.change(|record| record.name = name.into().into());
    }

    /// Links are not in this version.
    fn add_link(&mut self, _: SpanContext, _: Vec<KeyValue>) {}

    fn end(&mut self) {
        self.finish(None);
    }

    fn end_with_timestamp(&mut self, at: SystemTime) {
        self.finish(Some(at));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(None);
    }
}
