//! [`ChaosLayer`]: chaos around any tower service.

use std::future::{Future, pending};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::{BoxError, Layer, Service};

use super::{Asking, Chaos, Fault, Injected, MARK};

/// Lets calls to a tower service suffer what a [`Chaos`] decides. It belongs innermost. What has a
/// status on some wire comes as the error [`Injected`], since a service has no wire.
#[derive(Debug, Clone)]
pub struct ChaosLayer {
    chaos: Chaos,
    port: String,
}

impl ChaosLayer {
    /// A layer around the calls to `port`, which is the name that rules give it.
    pub fn new(chaos: Chaos, port: impl Into<String>) -> Self {
        let port = port.into();
        Self { chaos, port }
    }
}

impl<S> Layer<S> for ChaosLayer {
    type Service = ChaosService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = self.clone();
        ChaosService { inner, layer }
    }
}

/// A tower service whose calls may suffer; its error is [`Injected`] or the inner service's.
#[derive(Debug, Clone)]
pub struct ChaosService<S> {
    inner: S,
    layer: ChaosLayer,
}

impl<S, R> Service<R> for ChaosService<S>
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
        let ChaosLayer { chaos, port } = self.layer.clone();
        Box::pin(async move {
            let context = crate::Context::current();
            let mark = context.baggage().get(MARK);
            let call = Asking {
                port: &port,
                method: "",
                mark: mark.as_deref(),
            };
            let hit = chaos.decide(call, chaos.now());
            let fault = hit.map(|hit| hit.fault);
            match fault {
                None => {}
                Some(Fault::Latency { most, .. }) => chaos.wait(most).await,
                Some(Fault::BlackHole) => pending().await,
                Some(Fault::Cut) => {
                    let _done = inner.call(request).await.map_err(Into::into)?;
                    return Err(Injected(Fault::Cut).into());
                }
                Some(fault) => return Err(Injected(fault).into()),
            }
            inner.call(request).await.map_err(Into::into)
        })
    }
}
