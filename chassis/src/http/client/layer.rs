//! [`ClientTelemetryLayer`]: the client's metrics, spans and trace context around reqwest.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, ready};

use pin_project_lite::pin_project;
use reqwest::{Request, Response};
use tower::{Layer, Service};

use super::observe::{Methods, Observed};
use crate::Context;
use crate::context::{Env, Trust};
use crate::telemetry::{Telemetry, semconv};

/// Counts, times and traces the calls of a [`reqwest::Client`], as the chassis' own client does.
///
/// - `http.client.request.duration`, by method and server, until the head of the answer is there;
/// - the call is a child of the current [`Context`]'s trace, or begins one, and tells it the callee
///   by `traceparent`; a span where it is sampled.
///
/// ```
/// use chassis::http::layer::ClientTelemetryLayer;
/// use chassis::telemetry::{Telemetry, TracesSettings};
/// use tower::ServiceBuilder;
///
/// let telemetry = Telemetry::hosted("shelf", &TracesSettings::default())?;
/// let client = ServiceBuilder::new()
///     .layer(ClientTelemetryLayer::new(&telemetry))
///     .service(reqwest::Client::new());
/// # Ok::<(), chassis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientTelemetryLayer {
    shared: Arc<Shared>,
    trust: Trust,
}

struct Shared {
    telemetry: Telemetry,
    watches: Mutex<HashMap<(&'static str, String), Arc<Methods>>>,
}

/// How many servers are told apart; calls to more are counted together, under `_OTHER`.
const SERVERS: usize = 256;

impl ClientTelemetryLayer {
    /// A layer that records into `telemetry`. Callees are strangers: see [`trust`](Self::trust).
    pub fn new(telemetry: &Telemetry) -> Self {
        Self {
            shared: Arc::new(Shared {
                telemetry: telemetry.clone(),
                watches: Mutex::default(),
            }),
            trust: Trust::Edge,
        }
    }

    /// The same, with other trust in the callees. [`Trust::Edge`], the default, tells them the trace
    /// and nothing else; [`Trust::Mesh`] the whole context: baggage, what is left of the deadline,
    /// request id, priority.
    #[must_use]
    pub fn trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }
}

impl Shared {
    fn watch(&self, request: &Request) -> Arc<Methods> {
        let url = request.url();
        let host = url.host_str().unwrap_or_default();
        let address = match url.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let method = semconv::method(request.method().as_str());
        let mut all = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = all.len() < SERVERS;
        let address = match all.contains_key(&(method, address.clone())) || has_room {
            true => address,
            false => "_OTHER".to_owned(),
        };
        let watch = all
            .entry((method, address))
            .or_insert_with_key(|(method, address)| {
                Arc::new(Methods::single(&self.telemetry, method, address))
            });
        Arc::clone(watch)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("telemetry", &self.telemetry)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ClientTelemetryLayer {
    type Service = ClientTelemetry<S>;

    fn layer(&self, inner: S) -> ClientTelemetry<S> {
        ClientTelemetry {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of [`ClientTelemetryLayer`].
#[derive(Clone, Debug)]
pub struct ClientTelemetry<S> {
    inner: S,
    layer: ClientTelemetryLayer,
}

impl<S> Service<Request> for ClientTelemetry<S>
where
    S: Service<Request, Response = Response, Error: 'static>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ClientTelemetryFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let shared = &self.layer.shared;
        let env = shared.telemetry.env().clone();
        let now = env.now();
        let watch = shared.watch(&request);
        let outer = Context::current();
        let observed = Methods::begin(watch, 0, &outer, now);
        let context = outer.with_trace(observed.trace().clone());
        let told = match self.layer.trust {
            Trust::Mesh => context,
            Trust::Edge => Context::default().with_trace(context.trace().clone()),
        };
        told.inject(request.headers_mut(), now);
        ClientTelemetryFuture {
            inner: self.inner.call(request),
            observed: Some(observed),
            env,
        }
    }
}

pin_project! {
    /// The future of [`ClientTelemetry`].
    #[must_use = "futures do nothing unless polled"]
    pub struct ClientTelemetryFuture<F> {
        #[pin]
        inner: F,
        observed: Option<Observed<Arc<Methods>>>,
        env: Env,
    }
}

impl<F, E: 'static> Future for ClientTelemetryFuture<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.inner.poll(cx));
        if let Some(observed) = this.observed.take() {
            let outcome = match &answer {
                Ok(response) => Ok(response.status().as_u16()),
                Err(error) => Err(kind(error)),
            };
            observed.end_as(outcome, this.env.now());
        }
        Poll::Ready(answer)
    }
}

impl<F> fmt::Debug for ClientTelemetryFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTelemetryFuture")
            .finish_non_exhaustive()
    }
}

/// `error.type`, in the words that a call of the chassis' own client fails with.
fn kind(error: &dyn Any) -> &'static str {
    match error.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => "timeout",
        Some(error) if error.is_connect() => "connect",
        Some(error) if error.is_builder() => "request",
        Some(error) if error.is_request() || error.is_body() => "interrupted",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::TracesSettings;

    #[test]
    fn servers_beyond_the_bound_are_counted_together() {
        let telemetry = Telemetry::hosted("host", &TracesSettings::default()).unwrap();
        let layer = ClientTelemetryLayer::new(&telemetry);
        for host in 0..SERVERS + 50 {
            let url = format!("http://h{host}.example/").parse().unwrap();
            let watch = layer.shared.watch(&Request::new(reqwest::Method::GET, url));
            Methods::begin(watch, 0, &Context::default(), telemetry.env().now());
        }
        let page = telemetry.metrics().scrape(None).1;
        let lines = page.lines();
        let counts: Vec<&str> = lines
            .filter(|line| line.contains("seconds_count{"))
            .collect();
        assert_eq!(counts.len(), SERVERS + 1);
        let other = counts.iter().find(|line| line.contains("\"_OTHER\""));
        assert!(other.unwrap().ends_with(" 50"), "{other:?}");
    }
}
