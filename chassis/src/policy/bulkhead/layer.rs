//! [`BulkheadLayer`]: a bulkhead around any tower service.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::{BoxError, Layer, Service};

use super::Bulkhead;

/// Puts a [`Bulkhead`] around a tower service, which all services of one layer share. A call waits no
/// longer than the current [`Context`](crate::Context)'s deadline.
#[derive(Debug, Clone)]
pub struct BulkheadLayer(Bulkhead);

impl BulkheadLayer {
    /// A layer around `bulkhead`.
    pub fn new(bulkhead: Bulkhead) -> Self {
        Self(bulkhead)
    }
}

impl<S> Layer<S> for BulkheadLayer {
    type Service = BulkheadService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let bulkhead = self.0.clone();
        BulkheadService { inner, bulkhead }
    }
}

/// A tower service behind a [`Bulkhead`]; its error is [`Full`](super::Full) or the inner service's.
#[derive(Debug, Clone)]
pub struct BulkheadService<S> {
    inner: S,
    bulkhead: Bulkhead,
}

impl<S, R> Service<R> for BulkheadService<S>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Send,
    S::Error: Into<BoxError> + Send,
    R: Send + 'static,
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
        let mut inner = mem::replace(&mut self.inner, clone);
        let bulkhead = self.bulkhead.clone();
        Box::pin(async move {
            let deadline = crate::Context::current().deadline();
            let _place = bulkhead.enter(deadline).await?;
            inner.call(request).await.map_err(Into::into)
        })
    }
}
