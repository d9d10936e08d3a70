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
    lines: Vec<CapturedLine>,
}

/// A span, and the component that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturedSpan {
    /// `service.name` of the component.
    pub service: String,
    /// The span.
    pub record: SpanRecord,
}

/// A log line: an event of `tracing`, or a request of the access log.
#[derive(Debug, Clone, PartialEq)]
pub struct CapturedLine(serde_json::Value);

impl CapturedLine {
    /// The message; of the access log, method and route.
    pub fn message(&self) -> &str {
        self.text("message")
    }

    /// `INFO`.
    pub fn level(&self) -> &str {
        self.text("level")
    }

    /// The module that logged it; `chassis::access` for the access log.
    pub fn target(&self) -> &str {
        self.text("target")
    }

    /// `service.name` of the component.
    pub fn service(&self) -> &str {
        self.text("service")
    }

    /// The id of the trace, in hex; empty outside of any.
    pub fn trace_id(&self) -> &str {
        self.text("trace_id")
    }

    /// The id of the span, in hex; empty outside of any.
    pub fn span_id(&self) -> &str {
        self.text("span_id")
    }

    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&serde_json::Value> {
        self.0.get("fields")?.get(name)
    }

    /// The whole line.
    pub fn json(&self) -> &serde_json::Value {
        &self.0
    }

    fn text(&self, key: &str) -> &str {
        self.0
            .get(key)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    }
}

impl Capture {
    /// All log lines so far.
    pub fn lines(&self) -> Vec<CapturedLine> {
        self.kept(|kept| kept.lines.clone())
    }

    /// The lines of the access log so far.
    pub fn access(&self) -> Vec<CapturedLine> {
        let mut lines = self.lines();
        lines.retain(|line| line.target() == "chassis::access");
        lines
    }

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

    pub(crate) fn line(&self, line: &[u8]) {
        // What is no JSON is kept as well: the test that reads it will say so.
        let line = serde_json::from_slice(line).unwrap_or_else(|error| {
            let text = String::from_utf8_lossy(line);
            serde_json::json!({ "message": format!("malformed line ({error}): {text}") })
        });
        self.kept(|kept| kept.lines.push(CapturedLine(line)));
    }

    fn kept<R>(&self, with: impl FnOnce(&mut Kept) -> R) -> R {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
