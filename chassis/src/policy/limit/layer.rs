//! [`AdaptiveLimitLayer`]: an adaptive limit around any tower service.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower::{BoxError, Layer, Service};

use super::super::{Classify, ErrorsFail};
use super::{AdaptiveLimit, LimitPermit, Overloaded};
use crate::context::Env;

/// Holds a tower service to an [`AdaptiveLimit`], which all services of one layer share. What is too much
/// is refused with [`Overloaded`] at once.
#[derive(Debug, Clone)]
pub struct AdaptiveLimitLayer<C = ErrorsFail> {
    limit: Arc<AdaptiveLimit>,
    env: Env,
    classify: C,
}

impl AdaptiveLimitLayer {
    /// A layer that takes the time from `env`. Only the duration of what succeeds counts: an error may
    /// have been quick.
    pub fn new(limit: Arc<AdaptiveLimit>, env: Env) -> Self {
        Self {
            limit,
            env,
            classify: ErrorsFail,
        }
    }
}

impl<C> AdaptiveLimitLayer<C> {
    /// The same with another view of how a call went. Say [`Outcome::Failure`](crate::policy::Outcome::Failure) only of a call that found
    /// no answer in time: half of such calls lower the limit, however quick the others are.
    pub fn classify<D>(self, classify: D) -> AdaptiveLimitLayer<D> {
        AdaptiveLimitLayer {
            limit: self.limit,
            env: self.env,
            classify,
        }
    }
}

impl<S, C: Clone> Layer<S> for AdaptiveLimitLayer<C> {
    type Service = AdaptiveLimitService<S, C>;

    fn layer(&self, inner: S) -> Self::Service {
        AdaptiveLimitService {
            inner,
            layer: self.clone(),
        }
    }
}

/// A tower service behind an [`AdaptiveLimit`]; its error is [`Overloaded`] or the inner service's.
#[derive(Debug, Clone)]
pub struct AdaptiveLimitService<S, C = ErrorsFail> {
    inner: S,
    layer: AdaptiveLimitLayer<C>,
}

impl<S, C, R> Service<R> for AdaptiveLimitService<S, C>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
    C: Classify<S::Response, S::Error> + Clone,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = AdaptiveLimitFuture<S::Future, C>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let layer = self.layer.clone();
        let stage = match LimitPermit::acquire(Arc::clone(&layer.limit), layer.env.now()) {
            Ok(permit) => Stage::Called {
                future: self.inner.call(request),
                permit: Some(permit),
                layer,
            },
            Err(refused) => Stage::Refused { refused },
        };
        AdaptiveLimitFuture { stage }
    }
}

pin_project! {
    /// The answer of an [`AdaptiveLimitService`].
    pub struct AdaptiveLimitFuture<F, C> {
        #[pin]
        stage: Stage<F, C>,
    }
}

pin_project! {
    #[project = Projection]
    enum Stage<F, C> {
        Called {
            #[pin]
            future: F,
            permit: Option<LimitPermit<Arc<AdaptiveLimit>>>,
            layer: AdaptiveLimitLayer<C>,
        },
        Refused { refused: Overloaded },
    }
}

impl<F, C, T, E> Future for AdaptiveLimitFuture<F, C>
where
    F: Future<Output = Result<T, E>>,
    C: Classify<T, E>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().stage.project() {
            Projection::Called {
                future,
                permit,
                layer,
            } => {
                let result = ready!(future.poll(cx));
                if let Some(permit) = permit.take() {
                    permit.done(layer.env.now(), layer.classify.classify(&result));
                }
                Poll::Ready(result.map_err(Into::into))
            }
            Projection::Refused { refused } => Poll::Ready(Err((*refused).into())),
        }
    }
}
