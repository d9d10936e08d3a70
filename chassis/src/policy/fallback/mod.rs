//! Fallback: what is answered instead, when a call has failed after all policies.
//!
//! [`fallback`] does it for one call: `fallback(call, |error| async { … })`. A [`FallbackLayer`] does it
//! around a tower service. What fails or panics itself is passed over: the call's own error stays.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{Layer, Service};

/// How a call with a fallback went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The fallback's value was given.
    Given,
    /// It gave none, so that the call's own error stays.
    Failed,
    /// It panicked, so that the call's own error stays.
    Panicked,
}

/// The result of `call`; where that is an error, what `instead` makes of it, or the error itself where
/// it makes nothing of it.
///
/// ```
/// # use chassis::policy::fallback::fallback;
/// # async fn rate() -> Result<f64, String> { Err("down".to_owned()) }
/// # async fn example() {
/// let rate = fallback(rate(), |_| async { Some(1.08) }).await;
/// assert_eq!(rate, Ok(1.08));
/// # }
/// ```
///
/// # Errors
///
/// The error of `call`.
pub async fn fallback<T, E, F, Fut>(
    call: impl Future<Output = Result<T, E>>,
    instead: F,
) -> Result<T, E>
where
    F: FnOnce(&E) -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let error = match call.await {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match caught(|| instead(&error)).await.0 {
        Some(value) => Ok(value),
        None => Err(error),
    }
}

/// What `instead` gives. A panic in it is caught.
pub async fn caught<T, Fut>(instead: impl FnOnce() -> Fut) -> (Option<T>, Instead)
where
    Fut: Future<Output = Option<T>>,
{
    let Ok(future) = catch_unwind(AssertUnwindSafe(instead)) else {
        return (None, Instead::Panicked);
    };
    let mut future = pin!(future);
    let value = poll_fn(|cx| {
        let poll = AssertUnwindSafe(|| future.as_mut().poll(cx));
        match catch_unwind(poll) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(_) => Poll::Ready(Err(())),
        }
    });
    match value.await {
        Ok(Some(value)) => (Some(value), Instead::Given),
        Ok(None) => (None, Instead::Failed),
        Err(()) => (None, Instead::Panicked),
    }
}

/// Puts a fallback around a tower service: `instead` is asked with the error of a call that failed.
#[derive(Debug)]
pub struct FallbackLayer<F>(Arc<F>);

impl<F> FallbackLayer<F> {
    /// A layer that asks `instead`: a function from `&Error` to a future of `Option<Response>`.
    pub fn new(instead: F) -> Self {
        Self(Arc::new(instead))
    }
}

impl<F> Clone for FallbackLayer<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, F> Layer<S> for FallbackLayer<F> {
    type Service = FallbackService<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        FallbackService {
            inner,
            instead: Arc::clone(&self.0),
        }
    }
}

/// A tower service with a fallback.
#[derive(Debug)]
pub struct FallbackService<S, F> {
    inner: S,
    instead: Arc<F>,
}

impl<S: Clone, F> Clone for FallbackService<S, F> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            instead: Arc::clone(&self.instead),
        }
    }
}

impl<S, F, Fut, R> Service<R> for FallbackService<S, F>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Error: Send + Sync + 'static,
    S::Response: Send + 'static,
    F: Fn(&S::Error) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Option<S::Response>> + Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let call = self.inner.call(request);
        let instead = Arc::clone(&self.instead);
        Box::pin(fallback(call, move |error: &S::Error| instead(error)))
    }
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt, service_fn};

    use super::*;

    #[tokio::test]
    async fn it_is_asked_only_after_a_failure() {
        let ok = async { Ok::<_, &str>(1) };
        assert_eq!(fallback(ok, |_| async { Some(2) }).await, Ok(1));
        let failed = async { Err::<i32, _>("down") };
        let seen = fallback(failed, |error| {
            let known = *error == "down";
            async move { known.then_some(2) }
        });
        assert_eq!(seen.await, Ok(2));
    }

    #[tokio::test]
    async fn one_that_fails_or_panics_leaves_the_calls_own_error() {
        let down = || async { Err::<i32, _>("down") };
        assert_eq!(fallback(down(), |_| async { None }).await, Err("down"));
        let panics = fallback(down(), |_| async { panic!("in the future") });
        assert_eq!(panics.await, Err("down"));
        let panics = fallback(down(), |_| -> std::future::Ready<Option<i32>> {
            panic!("before it")
        });
        assert_eq!(panics.await, Err("down"));
    }

    #[tokio::test]
    async fn around_a_service() {
        let down =
            service_fn(
                |number: u32| async move { if number == 0 { Err("down") } else { Ok(number) } },
            );
        let service = FallbackLayer::new(|_: &&str| async { Some(9) }).layer(down);
        assert_eq!(service.clone().oneshot(3).await, Ok(3));
        assert_eq!(service.oneshot(0).await, Ok(9));
    }
}
