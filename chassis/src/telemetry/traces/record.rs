//! [`SpanRecord`]: one finished span.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::context::{SpanId, TraceContext};

/// One finished span. Made only when its trace is sampled.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanRecord {
    /// `GET /v1/items/{sku}`, `StockStore/load`.
    pub name: Text,
    /// Which side of a call it shows.
    pub kind: SpanKind,
    /// Trace and own span id.
    pub trace: TraceContext,
    /// The span that it is a part of; `None` for the first of a trace.
    pub parent: Option<SpanId>,
    /// Whether `parent` lies in another process.
    pub remote_parent: bool,
    /// When it began.
    pub start: SystemTime,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether it failed.
    pub error: bool,
    /// What is known of it, by semantic-convention keys.
    pub attributes: Vec<(&'static str, Value)>,
    /// What happened meanwhile.
    pub events: Vec<SpanEvent>,
}

impl SpanRecord {
    /// A span without parent, attributes and events, that did not fail and took no time.
    pub fn new(
        name: impl Into<Text>,
        kind: SpanKind,
        trace: TraceContext,
        start: SystemTime,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            trace,
            parent: None,
            remote_parent: false,
            start,
            elapsed: Duration::ZERO,
            error: false,
            attributes: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The value of attribute `key`.
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| *known == key).map(|(_, value)| value)
    }
}

/// Which side of a call a span shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpanKind {
    /// Work within a service.
    #[default]
    Internal,
    /// A request that is served.
    Server,
    /// A request that is sent.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is worked on.
    Consumer,
}

/// Something that happened during a span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanEvent {
    /// What.
    pub name: Text,
    /// When.
    pub at: SystemTime,
    /// What is known of it.
    pub attributes: Vec<(&'static str, Value)>,
}

/// Text that costs nothing to pass on where it is known beforehand.
#[derive(Debug, Clone)]
pub enum Text {
    /// Known when compiled, or made for this record.
    Own(Cow<'static, str>),
    /// Known since a route or a port was registered.
    Shared(Arc<str>),
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Own(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Own(Cow::Borrowed(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Own(Cow::Owned(text))
    }
}

impl From<Cow<'static, str>> for Text {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Own(text)
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self::Shared(text)
    }
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(Text),
    /// A truth.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
}

impl<T: Into<Text>> From<T> for Value {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
