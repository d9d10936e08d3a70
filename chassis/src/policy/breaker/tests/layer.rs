//! The layer around plain tower services.

use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::super::{BreakerLayer, Open, State};
use super::*;

#[tokio::test(start_paused = true)]
async fn a_failing_service_is_left_alone_and_tried_again() {
    let env = Env::seeded(3);
    let breaker = Breaker::new(env.clone(), BreakerSettings::default()).unwrap();
    let service = ServiceBuilder::new()
        .layer(BreakerLayer::new(breaker.clone()))
        .service(service_fn(async |fails: bool| match fails {
            true => Err("refused"),
            false => Ok("answer"),
        }));
    for _ in 0..20 {
        let error = service.clone().oneshot(true).await.unwrap_err();
        assert_eq!(error.to_string(), "refused");
    }
    let error = service.clone().oneshot(false).await.unwrap_err();
    let open = error.downcast_ref::<Open>().unwrap();
    env.sleep(open.retry_after.unwrap()).await;
    for _ in 0..3 {
        assert_eq!(service.clone().oneshot(false).await.unwrap(), "answer");
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_counts_as_a_failure_is_the_classifiers_word() {
    let breaker = Breaker::new(Env::seeded(3), BreakerSettings::default()).unwrap();
    let by_status = |result: &Result<u16, &str>| match result {
        Ok(500..) | Err(_) => Outcome::Failure,
        Ok(_) => Outcome::Success,
    };
    let service = ServiceBuilder::new()
        .layer(BreakerLayer::new(breaker.clone()).classify(by_status))
        .service(service_fn(async |status: u16| Ok::<_, &str>(status)));
    for _ in 0..20 {
        assert_eq!(service.clone().oneshot(404).await.unwrap(), 404);
    }
    assert_eq!(breaker.state(), State::Closed);
    for _ in 0..20 {
        assert_eq!(service.clone().oneshot(503).await.unwrap(), 503);
    }
    assert_eq!(breaker.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_only_made_ready_takes_no_trials_place() {
    let env = Env::seeded(3);
    let breaker = Breaker::new(env.clone(), BreakerSettings::default()).unwrap();
    let mut service = ServiceBuilder::new()
        .layer(BreakerLayer::new(breaker.clone()))
        .service(service_fn(async |fails: bool| {
            fails.then_some(()).ok_or("refused")
        }));
    for _ in 0..20 {
        let _ = service.clone().oneshot(false).await;
    }
    env.sleep(Duration::from_secs(5)).await;
    for _ in 0..10 {
        tower::Service::poll_ready(
            &mut service,
            &mut std::task::Context::from_waker(std::task::Waker::noop()),
        )
        .map(drop)
        .is_ready()
        .then_some(())
        .unwrap();
    }
    for _ in 0..3 {
        service.clone().oneshot(true).await.unwrap();
    }
    assert_eq!(breaker.state(), State::Closed);
}
