//! A limit around a tower service.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tower::{BoxError, Service, ServiceBuilder, service_fn};

use super::*;

#[test]
fn the_layer_refuses_what_the_limit_does_not_let_in() {
    let env = Env::seeded(1);
    let settings = LimitSettings {
        min_concurrency: 1,
        initial_concurrency: 1,
        ..LimitSettings::default()
    };
    let limit = Arc::new(AdaptiveLimit::new(settings, env.now(), 1).unwrap());
    let mut service = ServiceBuilder::new()
        .layer(AdaptiveLimitLayer::new(Arc::clone(&limit), env))
        .service(service_fn(|wait: bool| async move {
            if wait {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>("done")
        }));
    let mut cx = Context::from_waker(Waker::noop());
    let mut first = pin!(service.call(true));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    let mut second = pin!(service.call(false));
    let Poll::Ready(Err(error)) = second.as_mut().poll(&mut cx) else {
        panic!("was let in")
    };
    assert_eq!(error.downcast_ref(), Some(&Overloaded { limit: 1 }));
    // The caller gave up: its place is free.
    first.set(service.call(false));
    assert!(first.as_mut().poll(&mut cx).is_ready());
    assert_eq!(limit.at_work(), 0);
}
