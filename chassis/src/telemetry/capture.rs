//! [`Capture`]: spans and log lines of a system, kept for a test to look at.

use std::sync::{Arc, Mutex, PoisonError};

use super::resource::Resource;
use super::traces::SpanRecord;

/// Keeps what a system records. A cheap clone. Made by
/// [`Telemetry::captured`](super::Telemetry::captured).
#[derive(Debug, Clone, Default)]
pub struct Capture(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    spans: Vec<CapturedSpan>,
}

/// A span, and the component that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturedSpan {
    /// `service.name` of the component.
    pub service: String,
    /// The span.
    pub record: SpanRecord,
}

impl Capture {
    /// All finished spans, in the order in which they ended.
    pub fn spans(&self) -> Vec<CapturedSpan> {
        self.kept(|kept| kept.spans.clone())
    }

    /// The first finished span of this name.
    pub fn span_named(&self, name: &str) -> Option<CapturedSpan> {
        let mine = |span: &&CapturedSpan| span.record.name == *name;
        self.kept(|kept| kept.spans.iter().find(mine).cloned())
    }

    /// Forgets everything so far.
    pub fn clear(&self) {
        self.kept(|kept| *kept = Kept::default());
    }

    pub(crate) fn span(&self, resource: &Resource, record: SpanRecord) {
        let service = resource.name().to_owned();
        self.kept(|kept| kept.spans.push(CapturedSpan { service, record }));
    }

    fn kept<R>(&self, with: impl FnOnce(&mut Kept) -> R) -> R {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
