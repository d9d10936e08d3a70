//! [`CacheLayer`]: a cache around any tower service.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service};

use super::{Cache, Flight, Flights, Freshness, Good};
use crate::context::Env;

/// What is to be cached, and how long: for a [`CacheLayer`].
pub trait Plan<Request, Response>: Send + Sync + 'static {
    /// By what an answer is found again.
    type Key: Hash + Eq + Clone + Send + Sync + 'static;

    /// The key of a request; `None`: its answer is not cached.
    fn key(&self, request: &Request) -> Option<Self::Key>;

    /// How long an answer may be given again, and how many bytes it takes; `None`: it is not kept.
    fn keep(&self, response: &Response) -> Option<(Freshness, usize)>;
}

/// Puts a [`Cache`] around a tower service, with single flight and stale-if-error. All services of
/// one layer share the cache. What is [`Good::Soon`] is fetched anew by whoever comes first.
pub struct CacheLayer<P: Plan<Request, Response>, Request, Response>(
    Arc<Shared<P, Request, Response>>,
);

struct Shared<P: Plan<Request, Response>, Request, Response> {
    plan: P,
    cache: Cache<P::Key, Response>,
    flights: Flights<P::Key>,
    env: Env,
}

impl<P, Request, Response> CacheLayer<P, Request, Response>
where
    P: Plan<Request, Response>,
    Response: Clone,
{
    /// A layer that caches by `plan`, at most `max_bytes`.
    pub fn new(plan: P, max_bytes: usize, env: Env) -> Self {
        Self(Arc::new(Shared {
            plan,
            cache: Cache::new(max_bytes),
            flights: Flights::default(),
            env,
        }))
    }

    /// How its cache stands.
    pub fn view(&self) -> super::CacheView {
        self.0.cache.view()
    }
}

impl<P, Request, Response, S> Layer<S> for CacheLayer<P, Request, Response>
where
    P: Plan<Request, Response>,
{
    type Service = CacheService<S, P, Request, Response>;

    fn layer(&self, inner: S) -> Self::Service {
        CacheService {
            inner,
            shared: Arc::clone(&self.0),
        }
    }
}

/// A tower service behind a [`Cache`].
pub struct CacheService<S, P: Plan<Request, Response>, Request, Response> {
    inner: S,
    shared: Arc<Shared<P, Request, Response>>,
}

impl<S, P, Request> Service<Request> for CacheService<S, P, Request, S::Response>
where
    P: Plan<Request, S::Response>,
    S: Service<Request> + Clone + Send + 'static,
    S::Response: Clone + Send + Sync + 'static,
    S::Error: Send,
    S::Future: Send,
    Request: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that was made ready is used; the clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let Some(key) = shared.plan.key(&request) else {
                return inner.call(request).await;
            };
            let mut known = shared.cache.get(&key, shared.env.now());
            let mut waited = false;
            let lead = loop {
                let flight = match &known {
                    Some(hit) if hit.good == Good::Fresh => return Ok(hit.value.clone()),
                    _ => shared.flights.join(&key),
                };
                match (flight, &known) {
                    (Flight::Lead(lead), _) => break Some(lead),
                    // Somebody fetches it: until then the old one will do.
                    (Flight::Wait(_), Some(hit)) if hit.good == Good::Soon => {
                        return Ok(hit.value.clone());
                    }
                    (Flight::Wait(wait), _) if !waited => wait.over().await,
                    // Who waited and found nothing asks for himself: what came was not to be shared.
                    (Flight::Wait(_), _) => break None,
                }
                waited = true;
                known = shared.cache.get(&key, shared.env.now());
            };
            let answer = inner.call(request).await;
            shared.answered(&key, &answer);
            drop(lead);
            match (answer, known) {
                (Err(_), Some(hit)) => Ok(hit.value),
                (answer, _) => answer,
            }
        })
    }
}

impl<P, Request, Response> Shared<P, Request, Response>
where
    P: Plan<Request, Response>,
    Response: Clone,
{
    /// Keeps what may be kept; an error changes nothing.
    fn answered<E>(&self, key: &P::Key, answer: &Result<Response, E>) {
        let Ok(response) = answer else {
            return;
        };
        match self.plan.keep(response) {
            Some((freshness, size)) => {
                let (key, response) = (key.clone(), response.clone());
                self.cache
                    .put(key, response, size, freshness, self.env.now());
            }
            None => self.cache.remove(key),
        }
    }
}

impl<P: Plan<Request, Response>, Request, Response> Clone for CacheLayer<P, Request, Response> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Clone, P: Plan<Request, Response>, Request, Response> Clone
    for CacheService<S, P, Request, Response>
{
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<P: Plan<Request, Response>, Request, Response> fmt::Debug
    for CacheLayer<P, Request, Response>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheLayer")
    }
}

impl<S, P: Plan<Request, Response>, Request, Response> fmt::Debug
    for CacheService<S, P, Request, Response>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheService")
    }
}
