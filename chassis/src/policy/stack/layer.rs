//! [`StackLayer`]: all policies around any tower service.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tower::{BoxError, Layer, Service, ServiceExt};

use super::super::timeout::within;
use super::{Attempt, Attempts, Ended, Refusal, Stack, Verdict};

/// Puts a [`Stack`] around a tower service that can be cloned, as can its requests: each attempt has a
/// clone of both. All services of one layer share the stack; a call waits no longer than the current
/// [`Context`](crate::Context)'s deadline. A part that is off in the stack's settings is left out, so
/// this is a retry alone, a hedge alone or a timeout alone as well.
///
/// `judge` says what a result means.
#[derive(Debug, Clone)]
pub struct StackLayer<J> {
    stack: Arc<Stack>,
    judge: J,
}

impl<J> StackLayer<J> {
    /// A layer of the stack's first method.
    pub fn new(stack: Arc<Stack>, judge: J) -> Self {
        Self { stack, judge }
    }
}

impl<S, J: Clone> Layer<S> for StackLayer<J> {
    type Service = StackService<S, J>;

    fn layer(&self, inner: S) -> Self::Service {
        StackService {
            inner,
            stack: Arc::clone(&self.stack),
            judge: self.judge.clone(),
        }
    }
}

/// A tower service behind a [`Stack`]; its error is a [`Refusal`], an
/// [`Elapsed`](super::super::timeout::Elapsed) or the inner service's.
#[derive(Debug, Clone)]
pub struct StackService<S, J> {
    inner: S,
    stack: Arc<Stack>,
    judge: J,
}

impl<S, J, R> Service<R> for StackService<S, J>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Send,
    S::Error: Into<BoxError>,
    J: Fn(&Result<S::Response, BoxError>) -> Verdict + Clone + Send + Sync + 'static,
    R: Clone + Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        // The clone is not the one that was made ready: it stays, the ready one is called.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        let (stack, judge) = (Arc::clone(&self.stack), self.judge.clone());
        Box::pin(async move {
            let deadline = crate::Context::current().deadline();
            let call = stack.enter(0, deadline, stack.env.now()).await?;
            let clones = Clones {
                made: Mutex::new((inner, request)),
                stack: &stack,
                judge,
            };
            call.run(&clones).await.output
        })
    }
}

/// What makes the attempts of one call.
struct Clones<'a, S, R, J> {
    /// Behind a lock, since most services and requests can't be shared.
    made: Mutex<(S, R)>,
    stack: &'a Stack,
    judge: J,
}

impl<S: Clone, R: Clone, J> Clones<'_, S, R, J> {
    fn clones(&self) -> (S, R) {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.clone()
    }
}

impl<S, R, J> Attempts for Clones<'_, S, R, J>
where
    S: Service<R> + Clone + Send,
    S::Future: Send,
    S::Response: Send,
    S::Error: Into<BoxError>,
    J: Fn(&Result<S::Response, BoxError>) -> Verdict + Sync,
    R: Clone + Send,
{
    type Output = Result<S::Response, BoxError>;

    async fn attempt(&self, attempt: Attempt) -> Ended<Self::Output> {
        let env = &self.stack.env;
        let (inner, request) = self.clones();
        let output = match within(env, attempt.limit.at(), inner.oneshot(request)).await {
            Ok(output) => output.map_err(Into::into),
            Err(elapsed) => Err(elapsed.into()),
        };
        let at = env.now();
        Ended { output, at }
    }

    fn judge(&self, output: &Self::Output) -> Verdict {
        (self.judge)(output)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late(_) => f.write_str("the call's time was over before it began"),
            Self::Crowded => f.write_str("the bulkhead is full, and so is its queue"),
            Self::Open(open) => open.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
