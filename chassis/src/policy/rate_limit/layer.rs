//! [`RateLimitLayer`]: a limit for all calls of a tower service.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower::{BoxError, Layer, Service};

use super::{Limited, RateLimit};
use crate::context::Env;

/// Holds a tower service to a [`RateLimit`], which all services of one layer share. What is too much
/// is refused with [`Limited`], not delayed: a caller can be told, a queue can't.
#[derive(Debug, Clone)]
pub struct RateLimitLayer {
    limit: Arc<RateLimit>,
    env: Env,
}

impl RateLimitLayer {
    /// A layer that takes the time from `env`.
    pub fn new(limit: Arc<RateLimit>, env: Env) -> Self {
        Self { limit, env }
    }
}

impl<S> Layer<S> for RateLimitLayer {
    type Service = RateLimitService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RateLimitService {
            inner,
            layer: self.clone(),
        }
    }
}

/// A tower service behind a [`RateLimit`]; its error is [`Limited`] or the inner service's.
#[derive(Debug, Clone)]
pub struct RateLimitService<S> {
    inner: S,
    layer: RateLimitLayer,
}

impl<S, R> Service<R> for RateLimitService<S>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = RateLimitFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let RateLimitLayer { limit, env } = &self.layer;
        let stage = match limit.check(env.now()) {
            Ok(_) => Stage::Called {
                future: self.inner.call(request),
            },
            Err(limited) => Stage::Refused { limited },
        };
        RateLimitFuture { stage }
    }
}

pin_project! {
    /// The answer of a [`RateLimitService`].
    pub struct RateLimitFuture<F> {
        #[pin]
        stage: Stage<F>,
    }
}

pin_project! {
    #[project = Projection]
    enum Stage<F> {
        Called { #[pin] future: F },
        Refused { limited: Limited },
    }
}

impl<F, T, E> Future for RateLimitFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().stage.project() {
            Projection::Called { future } => future.poll(cx).map_err(Into::into),
            Projection::Refused { limited } => Poll::Ready(Err((*limited).into())),
        }
    }
}
