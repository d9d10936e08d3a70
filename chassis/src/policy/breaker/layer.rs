//! [`BreakerLayer`]: a breaker around any tower service.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower::{BoxError, Layer, Service};

use super::super::{Classify, ErrorsFail};
use super::{Breaker, Permit};

/// Puts a [`Breaker`] around a tower service. All services of one layer share the breaker.
#[derive(Debug, Clone)]
pub struct BreakerLayer<C = ErrorsFail> {
    breaker: Breaker,
    classify: Arc<C>,
}

impl BreakerLayer {
    /// A layer to which every `Err` is a failure.
    pub fn new(breaker: Breaker) -> Self {
        Self {
            breaker,
            classify: Arc::new(ErrorsFail),
        }
    }

    /// A layer that finds outcomes out by `classify`.
    pub fn classify<C>(self, classify: C) -> BreakerLayer<C> {
        BreakerLayer {
            breaker: self.breaker,
            classify: Arc::new(classify),
        }
    }
}

impl<S, C> Layer<S> for BreakerLayer<C> {
    type Service = BreakerService<S, C>;

    fn layer(&self, inner: S) -> Self::Service {
        BreakerService {
            inner,
            breaker: self.breaker.clone(),
            classify: Arc::clone(&self.classify),
        }
    }
}

/// A tower service behind a [`Breaker`]; its error is [`Open`](super::Open) or the inner service's.
#[derive(Debug)]
pub struct BreakerService<S, C = ErrorsFail> {
    inner: S,
    breaker: Breaker,
    classify: Arc<C>,
}

impl<S: Clone, C> Clone for BreakerService<S, C> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            breaker: self.breaker.clone(),
            classify: Arc::clone(&self.classify),
        }
    }
}

impl<S, C, R> Service<R> for BreakerService<S, C>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
    C: Classify<S::Response, S::Error>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BreakerFuture<S::Future, C>;

    /// Ready when the inner service is: whether the breaker is open is found out by the call, so
    /// that a service that is made ready and then left holds no trial's place.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let now = self.breaker.0.env.now();
        let state = match self.breaker.try_acquire_owned(now) {
            Ok(permit) => Stage::Called {
                permit: Some(permit),
                classify: Arc::clone(&self.classify),
                future: self.inner.call(request),
            },
            Err(open) => Stage::Refused { open: Some(open) },
        };
        BreakerFuture { stage: state }
    }
}

pin_project! {
    /// The answer of a [`BreakerService`].
    pub struct BreakerFuture<F, C> {
        #[pin]
        stage: Stage<F, C>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F, C> {
        Refused { open: Option<super::Open> },
        Called { permit: Option<Permit>, classify: Arc<C>, #[pin] future: F },
    }
}

impl<F, T, E, C> Future for BreakerFuture<F, C>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
    C: Classify<T, E>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().stage.project() {
            StageProjection::Refused { open } => {
                let open = open.take().unwrap_or(super::Open { retry_after: None });
                Poll::Ready(Err(open.into()))
            }
            StageProjection::Called {
                permit,
                classify,
                future,
            } => {
                let result = ready!(future.poll(cx));
                if let Some(permit) = permit.take() {
                    let now = permit.now();
                    permit.done(now, classify.classify(&result));
                }
                Poll::Ready(result.map_err(Into::into))
            }
        }
    }
}
