//! [`Watch`]: what is counted, traced and logged of one route, resolved before a request comes.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Method;

use super::exchange::Ending;
use crate::context::{SpanId, TraceContext};
use crate::telemetry::{AccessRoute, HttpSeries, SpanKind, SpanRecord, Telemetry, semconv};

/// Series, names and log line of one method of one route.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) telemetry: Telemetry,
    pub(super) series: HttpSeries,
    pub(super) access: AccessRoute,
    pub(super) method: &'static str,
    /// The template; empty where no route is known.
    pub(super) route: Arc<str>,
    /// The span's name: `GET /v1/items/{sku}`.
    pub(super) span: Arc<str>,
}

impl Watch {
    pub(super) fn new(telemetry: &Telemetry, method: &'static str, route: &Arc<str>) -> Self {
        let span = if route.is_empty() {
            method.into()
        } else {
            format!("{method} {route}").into()
        };
        Self {
            series: telemetry.metrics().http_server(method, route, "http"),
            access: telemetry.access_log().route(method, route),
            telemetry: telemetry.clone(),
            method,
            route: Arc::clone(route),
            span,
        }
    }

    /// The span of a request that just ended: its place in the trace and its caller's span, how it
    /// ended, and the path that was asked for.
    pub(super) fn span(
        &self,
        (trace, parent): (&TraceContext, Option<SpanId>),
        ending: &Ending,
        (path, elapsed): (&str, Duration),
    ) -> SpanRecord {
        let start = self.telemetry.env().wall() - elapsed;
        let name = Arc::clone(&self.span);
        let mut span = SpanRecord::new(name, SpanKind::Server, trace.clone(), start);
        span.parent = parent;
        span.remote_parent = parent.is_some();
        span.elapsed = elapsed;
        span.error = ending.status >= 500 || ending.status == 0;
        span.attributes = vec![
            (semconv::HTTP_REQUEST_METHOD, self.method.into()),
            (semconv::URL_PATH, path.to_owned().into()),
            (semconv::URL_SCHEME, "http".into()),
        ];
        if !self.route.is_empty() {
            let route = Arc::clone(&self.route).into();
            span.attributes.push((semconv::HTTP_ROUTE, route));
        }
        if ending.status != 0 {
            let status = ending.status.into();
            span.attributes
                .push((semconv::HTTP_RESPONSE_STATUS_CODE, status));
        }
        if let Some(error_type) = ending.error_type {
            span.attributes
                .push((semconv::ERROR_TYPE, error_type.into()));
        }
        span
    }
}

/// The watches of a route whose methods are known only as they come.
#[derive(Debug)]
pub(super) struct Watches {
    telemetry: Telemetry,
    route: Arc<str>,
    by_method: [OnceLock<Watch>; METHODS.len()],
}

/// The methods that the conventions know; any other counts as the last.
const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "_OTHER",
];

/// Index of OPTIONS.
pub(super) const OPTIONS: usize = 6;

impl Watches {
    pub(super) fn new(telemetry: &Telemetry, route: &str) -> Self {
        Self {
            telemetry: telemetry.clone(),
            route: route.into(),
            by_method: Default::default(),
        }
    }

    /// The watch of `method`, made when it comes first.
    pub(super) fn of(&self, method: usize) -> &Watch {
        let last = METHODS.len() - 1;
        let method = method.min(last);
        self.by_method[method]
            .get_or_init(|| Watch::new(&self.telemetry, METHODS[method], &self.route))
    }
}

/// Index of `method` in [`METHODS`].
pub(super) fn method_index(method: &Method) -> usize {
    let known = METHODS.iter().position(|known| *known == method.as_str());
    known.unwrap_or(METHODS.len() - 1)
}

/// The same text without a lifetime; `_OTHER` for what the conventions do not know.
pub(super) fn method_name(method: &Method) -> &'static str {
    METHODS[method_index(method)]
}
