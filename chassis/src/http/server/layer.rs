//! [`ServerTelemetryLayer`]: the edge's metrics, spans and trace context for an axum program of its
//! own.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Instant;

use axum::extract::MatchedPath;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::exchange::Ending;
use super::intake;
use super::watch::{Watches, method_index};
use crate::Context;
use crate::context::{Carrier, Extractor, Ids, Rejected, Scoped, SpanId, Trust};
use crate::telemetry::{Counter, Telemetry};

/// Counts, times and traces the requests of an axum router, as the chassis' own edge does.
///
/// - `http.server.request.duration` and `http.server.active_requests`, by route, with exemplars;
/// - the trace of `traceparent` goes on here, or a new one begins; a span where it is sampled;
/// - the context is the current one while the handler runs, so that
///   [`ClientTelemetryLayer`](crate::http::layer::ClientTelemetryLayer) and
///   [`Context::current`] find it.
///
/// ```
/// use axum::{Router, routing::get};
/// use chassis::http::layer::ServerTelemetryLayer;
/// use chassis::telemetry::{Telemetry, TracesSettings};
///
/// let telemetry = Telemetry::hosted("shelf", &TracesSettings::default())?;
/// let app: Router = Router::new()
///     .route("/items/{sku}", get(|| async { "12 pieces" }))
///     .layer(ServerTelemetryLayer::new(&telemetry));
/// # Ok::<(), chassis::Error>(())
/// ```
///
/// Put it on by [`Router::layer`](axum::Router::layer): there the route is known. A request that
/// ends before a handler answers, because its caller hung up, is counted as `cancelled`.
#[derive(Clone, Debug)]
pub struct ServerTelemetryLayer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    telemetry: Telemetry,
    extractor: Extractor,
    rejected: [Counter; Carrier::ALL.len()],
}

/// How many strangers a second may have their trace recorded, as `http.sampled_per_second` says.
const SAMPLED_PER_SECOND: u32 = 1;

impl ServerTelemetryLayer {
    /// A layer that records into `telemetry`. Callers are strangers: see [`trust`](Self::trust).
    pub fn new(telemetry: &Telemetry) -> Self {
        Self::trusting(telemetry, Trust::Edge)
    }

    /// The same, with other trust in its callers. [`Trust::Edge`], the default, drops what only
    /// services of the same system may say (baggage, priority), and records one stranger a second
    /// for asking; [`Trust::Mesh`] believes them.
    #[must_use]
    pub fn trust(self, trust: Trust) -> Self {
        Self::trusting(&self.0.telemetry, trust)
    }

    fn trusting(telemetry: &Telemetry, trust: Trust) -> Self {
        let (metrics, now) = (telemetry.metrics(), telemetry.env().now());
        Self(Arc::new(Shared {
            telemetry: telemetry.clone(),
            extractor: Extractor::new(trust, SAMPLED_PER_SECOND, now),
            rejected: Carrier::ALL.map(|carrier| metrics.rejected(carrier.as_str())),
        }))
    }
}

impl<S> Layer<S> for ServerTelemetryLayer {
    type Service = ServerTelemetry<S>;

    fn layer(&self, inner: S) -> ServerTelemetry<S> {
        ServerTelemetry {
            inner,
            shared: Arc::clone(&self.0),
            route: Arc::default(),
        }
    }
}

/// The service of [`ServerTelemetryLayer`].
#[derive(Clone, Debug)]
pub struct ServerTelemetry<S> {
    inner: S,
    shared: Arc<Shared>,
    /// The route around which axum has put this one, known with its first request.
    route: Arc<OnceLock<(String, Arc<Watches>)>>,
}

impl<S> ServerTelemetry<S> {
    fn watches<B>(&self, request: &Request<B>) -> Arc<Watches> {
        let path = request.extensions().get::<MatchedPath>();
        let path = path.map_or("", MatchedPath::as_str);
        let telemetry = &self.shared.telemetry;
        let made = || (path.to_owned(), Arc::new(Watches::new(telemetry, path)));
        match self.route.get_or_init(made) {
            (known, watches) if known == path => Arc::clone(watches),
            // One router that is nested in two places; the series is found again by its labels.
            _ => Arc::new(Watches::new(telemetry, path)),
        }
    }

    /// Begins a request: its context, and what will be recorded of it.
    fn begin<B>(&self, request: &Request<B>) -> (Context, Exchange) {
        let shared = &*self.shared;
        let telemetry = &shared.telemetry;
        let started = telemetry.env().now();
        let extracted = shared.extractor.extract(request.headers(), started);
        shared.count(extracted.rejected);
        let ids = Ids::new(telemetry.env());
        let (trace, parent) = intake::place(telemetry, &ids, extracted.context.trace());
        let context = extracted.context.with_component(telemetry.id());
        let context = match trace {
            Some(trace) => context.with_trace(trace),
            None => context,
        };
        let is_kept = context.trace().is_sampled() && telemetry.records();
        let exchange = Exchange {
            watches: self.watches(request),
            method: method_index(request.method()),
            parent,
            context: context.clone(),
            started,
            path: is_kept.then(|| request.uri().path().to_owned()),
            recorded: false,
        };
        exchange.watches.of(exchange.method).series.begin();
        (context, exchange)
    }
}

impl Shared {
    fn count(&self, rejected: Rejected) {
        for (carrier, _) in rejected.iter() {
            self.rejected[carrier as usize].inc();
        }
    }
}

impl<S, B, R> Service<Request<B>> for ServerTelemetry<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ServerTelemetryFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (context, exchange) = self.begin(&request);
        let inner = context.enter(|| self.inner.call(request));
        ServerTelemetryFuture {
            inner: context.scope(inner),
            exchange,
        }
    }
}

pin_project! {
    /// The future of [`ServerTelemetry`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ServerTelemetryFuture<F> {
        #[pin]
        inner: Scoped<F>,
        exchange: Exchange,
    }
}

impl<F, R, E> Future for ServerTelemetryFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.inner.poll(cx));
        match &answer {
            Ok(response) => {
                let ending = Ending::new(response.status(), None, 0);
                this.exchange.record(&ending);
            }
            Err(_) => this.exchange.record(&Ending::none("error")),
        }
        Poll::Ready(answer)
    }
}

/// A request until it is answered. Dropped before, it was cancelled.
#[derive(Debug)]
struct Exchange {
    watches: Arc<Watches>,
    method: usize,
    parent: Option<SpanId>,
    context: Context,
    started: Instant,
    /// Only where there will be a span.
    path: Option<String>,
    recorded: bool,
}

impl Exchange {
    fn record(&mut self, ending: &Ending) {
        self.recorded = true;
        let watch = self.watches.of(self.method);
        let (telemetry, trace) = (&watch.telemetry, self.context.trace());
        let now = telemetry.env().now();
        let elapsed = now.saturating_duration_since(self.started);
        watch.series.end();
        let (status, error_type) = (ending.status, ending.error_type);
        watch
            .series
            .record_traced(status, error_type, elapsed, trace);
        if let Some(path) = &self.path {
            telemetry.record(watch.span((trace, self.parent), ending, (path, elapsed)));
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.recorded {
            self.record(&Ending::none("cancelled"));
        }
    }
}
