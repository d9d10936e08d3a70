//! Which route of a merged router answered.
//!
//! axum tells the matched path to the request only. Each endpoint of a merged router gets a thin
//! service around it, which leaves its route in a thread-local while it is called; the edge takes
//! it from there after each poll, on the same thread. (A layer that moves the call to another task
//! hides the route: the request is then counted without one.)

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::task::{Context as TaskContext, Poll};

use axum::extract::{MatchedPath, Request};
use tower::{Layer, Service};

use super::watch::Watches;
use crate::telemetry::Telemetry;

thread_local! {
    static MATCHED: RefCell<Option<Arc<Watches>>> = const { RefCell::new(None) };
}

/// What `step` gives, and the route that it called, if it called one.
pub(super) fn during<R>(step: impl FnOnce() -> R) -> (R, Option<Arc<Watches>>) {
    // What a panic left there, or a call in a task of its own, is not ours.
    drop(MATCHED.take());
    let result = step();
    (result, MATCHED.take())
}

/// Puts a [`Tap`] around each endpoint of a router.
#[derive(Clone)]
pub(super) struct TapLayer(pub(super) Telemetry);

impl<S> Layer<S> for TapLayer {
    type Service = Tap<S>;

    fn layer(&self, inner: S) -> Tap<S> {
        Tap {
            inner,
            telemetry: self.0.clone(),
            route: Arc::default(),
        }
    }
}

/// One endpoint; its route is known with its first request.
#[derive(Clone)]
pub(super) struct Tap<S> {
    inner: S,
    telemetry: Telemetry,
    route: Arc<OnceLock<Arc<Watches>>>,
}

impl<S: Service<Request, Error = Infallible>> Service<Request> for Tap<S> {
    type Response = S::Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        let route = self.route.get_or_init(|| {
            let path = request.extensions().get::<MatchedPath>();
            let path = path.map_or("", MatchedPath::as_str);
            Arc::new(Watches::new(&self.telemetry, path))
        });
        MATCHED.set(Some(Arc::clone(route)));
        self.inner.call(request)
    }
}
