//! [`AccessLog`]: one line for each request that was answered.
//!
//! What all lines of a route share is rendered when the route is registered; a line costs about
//! thousand instructions and no allocation.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tracing::Level;

use super::clock::timestamp;
use super::json::{self, number, padded};
use super::look::{Look, level, printable, trace_json, trace_text};
use super::sink::Sink;
use crate::context::TraceContext;
use crate::telemetry::semconv;

/// Takes one line a request. A cheap clone.
#[derive(Debug, Clone)]
pub struct AccessLog {
    /// `None`: no lines.
    sink: Option<Arc<Sink>>,
    look: Look,
    service: Arc<str>,
}

/// The parts of a line that every request of a route shares. A cheap clone.
#[derive(Debug, Clone)]
pub struct AccessRoute(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// `/v1/items/{sku}`.
    route: Box<str>,
    /// Between the timestamp and the trace.
    head: Box<[u8]>,
    /// Between the trace and the status.
    middle: Box<[u8]>,
}

/// One request that was answered. Neither query nor headers: they may hold secrets.
#[derive(Debug, Clone, Copy)]
pub struct AccessRecord<'a> {
    /// From [`AccessLog::route`].
    pub route: &'a AccessRoute,
    /// The path, without the query.
    pub path: &'a str,
    /// The status that was answered; 499 when the caller hung up before.
    pub status: u16,
    /// Why it failed, if it did.
    pub error_type: Option<&'a str>,
    /// When the answer was complete.
    pub at: SystemTime,
    /// How long it took.
    pub elapsed: Duration,
    /// Bytes of the request's body, where they are known: not of one that a router reads as a
    /// stream.
    pub request_bytes: Option<u64>,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Trace and span.
    pub trace: &'a TraceContext,
    /// The request id; written where it is not the trace id.
    pub request_id: Option<&'a str>,
    /// The address of who asked: a text, because a connection writes its own only once.
    pub peer: Option<&'a str>,
}

impl AccessLog {
    pub(crate) fn new(sink: Option<Arc<Sink>>, look: Look, service: &str) -> Self {
        Self {
            sink,
            look,
            service: service.into(),
        }
    }

    /// The same for another component.
    pub(crate) fn component(&self, service: &str) -> Self {
        Self {
            service: service.into(),
            ..self.clone()
        }
    }

    /// Whether lines are written; where not, nothing need be gathered.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.sink.is_some()
    }

    /// What all lines of a route share. An empty `route`: no route is known.
    pub fn route(&self, method: &str, route: &str) -> AccessRoute {
        let (mut head, mut middle) = (Vec::new(), Vec::new());
        let message = match route {
            "" => method.to_owned(),
            route => format!("{method} {route}"),
        };
        match self.look {
            Look::Json => {
                head.extend_from_slice(b"\",\"level\":\"INFO\",\"message\":\"");
                json::escaped(&mut head, &message);
                head.extend_from_slice(b"\",\"target\":\"chassis::access\",\"service\":");
                json::string(&mut head, &self.service);
                middle.extend_from_slice(b",\"fields\":{\"http.request.method\":");
                json::string(&mut middle, semconv::method(method));
                if !route.is_empty() {
                    middle.extend_from_slice(b",\"http.route\":");
                    json::string(&mut middle, route);
                }
                middle.extend_from_slice(b",\"http.response.status_code\":");
            }
            Look::Text { color } => {
                level(&mut head, Level::INFO, color);
                let service = &self.service;
                head.extend_from_slice(format!("{service} {message} ").as_bytes());
            }
        }
        AccessRoute(Arc::new(Shared {
            route: route.into(),
            head: head.into(),
            middle: middle.into(),
        }))
    }

    /// Writes one line. Never blocks: a line that finds no room is dropped and counted.
    #[inline]
    pub fn write(&self, record: &AccessRecord<'_>) {
        if let Some(sink) = &self.sink {
            sink.line(|out| match self.look {
                Look::Json => record.json(out),
                Look::Text { .. } => record.text(out),
            });
        }
    }
}

impl AccessRecord<'_> {
    fn json(&self, out: &mut Vec<u8>) {
        let shared = &*self.route.0;
        out.extend_from_slice(b"{\"timestamp\":\"");
        timestamp(out, self.at);
        out.extend_from_slice(&shared.head);
        trace_json(out, self.trace);
        out.extend_from_slice(&shared.middle);
        number(out, self.status.into());
        out.extend_from_slice(b",\"http.server.request.duration\":");
        seconds(out, self.elapsed);
        if let Some(bytes) = self.request_bytes {
            out.extend_from_slice(b",\"http.request.body.size\":");
            number(out, bytes);
        }
        out.extend_from_slice(b",\"http.response.body.size\":");
        number(out, self.response_bytes);
        if *self.path != *shared.route {
            out.extend_from_slice(b",\"url.path\":");
            json::string(out, self.path);
        }
        if let Some(error_type) = self.error_type {
            out.extend_from_slice(b",\"error.type\":");
            json::string(out, error_type);
        }
        if let Some(id) = self.request_id
            && *id.as_bytes() != self.trace.trace_id.to_hex()
        {
            out.extend_from_slice(b",\"request_id\":");
            json::string(out, id);
        }
        if let Some(peer) = self.peer {
            out.extend_from_slice(b",\"client.address\":\"");
            json::escaped(out, peer);
            out.push(b'"');
        }
        out.extend_from_slice(b"}}\n");
    }

    fn text(&self, out: &mut Vec<u8>) {
        let shared = &*self.route.0;
        timestamp(out, self.at);
        out.extend_from_slice(&shared.head);
        number(out, self.status.into());
        out.push(b' ');
        seconds(out, self.elapsed);
        out.push(b's');
        if *self.path != *shared.route {
            out.extend_from_slice(b" path=");
            printable(out, self.path);
        }
        if let Some(error_type) = self.error_type {
            out.extend_from_slice(b" error=");
            out.extend_from_slice(error_type.as_bytes());
        }
        trace_text(out, self.trace);
        out.push(b'\n');
    }
}

/// Seconds with microseconds: `0.001234`.
fn seconds(out: &mut Vec<u8>, elapsed: Duration) {
    number(out, elapsed.as_secs());
    out.push(b'.');
    padded::<6>(out, elapsed.subsec_micros().into());
}
