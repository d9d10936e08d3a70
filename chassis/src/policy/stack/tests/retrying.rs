//! What is tried again, when, and what is said when it isn't.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_until_it_goes_well() {
    let (stack, env) = stack(settings());
    let script = Script::new(&env, &[fails(Fault::Broken), fails(Fault::Broken), FINE]);
    let (result, ending) = call(&stack, 0, &script).await;
    assert_eq!(result, Ok(3));
    assert_eq!((ending.attempts, ending.exhausted), (3, None));
    assert_eq!(stack.view().totals.retries, 2);
}

#[tokio::test(start_paused = true)]
async fn a_method_that_may_not_be_repeated_is_only_tried_again_when_nothing_was_sent() {
    let (stack, env) = stack(settings());
    let broken = Script::new(&env, &[fails(Fault::Broken), FINE]);
    let (result, ending) = call(&stack, 1, &broken).await;
    assert_eq!(result, Err(Fault::Broken));
    // Whoever called us may know better: nothing was tried again here.
    assert_eq!((ending.attempts, ending.exhausted), (1, None));
    let refused = Script::new(&env, &[fails(Fault::Refused), FINE]);
    assert_eq!(call(&stack, 1, &refused).await.0, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_it_is_said_that_they_were() {
    let (stack, env) = stack(settings());
    let script = Script::new(&env, &[fails(Fault::Broken)]);
    let (result, ending) = call(&stack, 0, &script).await;
    assert_eq!(result, Err(Fault::Broken));
    assert_eq!(ending.attempts, 3);
    assert_eq!(ending.exhausted, Some(Exhausted::Attempts));
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_not_tried_again() {
    let (stack, env) = stack(settings());
    for (fault, exhausted) in [
        (Fault::Lasting, None),
        (Fault::Exhausted, Some(Exhausted::Callee)),
    ] {
        let script = Script::new(&env, &[fails(fault), FINE]);
        let (result, ending) = call(&stack, 0, &script).await;
        assert_eq!(result, Err(fault));
        assert_eq!((ending.attempts, ending.exhausted), (1, exhausted));
    }
}

#[tokio::test(start_paused = true)]
async fn without_retries_it_is_left_to_the_caller() {
    let mut settings = settings();
    settings.methods[0].retry = None;
    let (stack, env) = stack(settings);
    let script = Script::new(&env, &[fails(Fault::Broken), FINE]);
    let (result, ending) = call(&stack, 0, &script).await;
    assert_eq!((result, ending.exhausted), (Err(Fault::Broken), None));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_tried_again_while_there_is_time() {
    let mut settings = settings();
    settings.methods[0].attempt_timeout = Duration::from_millis(100);
    let (stack, env) = stack(settings);
    let script = Script::new(&env, &[Step(5_000, Ok(())), FINE]);
    assert_eq!(call(&stack, 0, &script).await.0, Ok(2));
    let began = env.now();
    let script = Script::new(&env, &[Step(5_000, Ok(()))]);
    let deadline = began + Duration::from_millis(150);
    let (result, ending) = call_until(&stack, 0, &script, Some(deadline))
        .await
        .unwrap();
    assert_eq!(result, Err(Fault::Slow));
    assert_eq!(ending.exhausted, Some(Exhausted::Time));
    assert!(
        env.now() - began <= Duration::from_millis(152),
        "{:?}",
        env.now() - began
    );
}

#[tokio::test(start_paused = true)]
async fn advice_to_come_back_later_is_taken_within_the_time() {
    let (stack, env) = stack(settings());
    let script = Script::new(&env, &[fails(Fault::Later(2_000)), FINE]);
    assert_eq!(call(&stack, 0, &script).await.0, Ok(2));
    let times = script.times();
    assert!(times[1] - times[0] >= Duration::from_millis(2_000));
    let script = Script::new(&env, &[fails(Fault::Later(365 * 86_400_000)), FINE]);
    let began = env.now();
    let (result, ending) = call(&stack, 0, &script).await;
    assert!(result.is_err());
    assert_eq!(ending.exhausted, Some(Exhausted::Time));
    assert!(env.now() - began < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn expired_work_never_starts() {
    let (stack, env) = stack(settings());
    let script = Script::new(&env, &[FINE]);
    let late = call_until(&stack, 0, &script, Some(env.now())).await;
    assert!(matches!(late, Err(Refusal::Late(_))), "{late:?}");
    assert!(script.attempts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_budget_ends_a_storm_and_is_said_once() {
    let mut settings = settings();
    settings.breaker = None;
    settings.budget = BudgetSettings {
        share: 0.2,
        reserve: 0,
        ttl: Duration::from_secs(10),
    };
    let (stack, env) = stack(settings);
    let script = Script::new(&env, &[fails(Fault::Broken)]);
    let mut over_budget = 0;
    for _ in 0..200 {
        let (_, ending) = call(&stack, 0, &script).await;
        over_budget += usize::from(ending.exhausted == Some(Exhausted::Budget));
    }
    let attempts = script.attempts().len();
    assert!((200..=240).contains(&attempts), "{attempts}");
    assert!(over_budget > 150, "{over_budget}");
    let view = stack.view();
    let spent = view
        .events
        .iter()
        .filter(|event| event.what == Happening::BudgetSpent);
    assert_eq!(spent.count(), 1);
    assert!(view.budget < 1.0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_leaves_nothing_behind() {
    let (stack, env) = stack(settings());
    let script = Script::new(&env, &[Step(5_000, Ok(()))]);
    tokio::select! {
        biased;
        _ = call(&stack, 0, &script) => panic!("it takes five seconds"),
        () = env.sleep(Duration::from_millis(10)) => {}
    }
    assert_eq!(stack.view().bulkhead.unwrap().calls, 0);
    assert_eq!(*script.given_up.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn the_layer_does_the_same_around_any_tower_service() {
    use std::sync::atomic::{AtomicU32, Ordering};
    use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};

    let (stack, env) = stack(settings());
    let seen = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&seen);
    let judge = |result: &std::result::Result<u32, BoxError>| match result {
        Ok(_) => Verdict::SUCCESS,
        Err(_) => Verdict::failure(Again::Failed),
    };
    let service = ServiceBuilder::new()
        .layer(StackLayer::new(Arc::new(stack), judge))
        .service(service_fn(move |fails: u32| {
            let (count, env) = (Arc::clone(&count), env.clone());
            async move {
                // The first one hangs, those after it fail, until it is enough.
                match count.fetch_add(1, Ordering::SeqCst) {
                    0 => env.sleep(Duration::from_secs(60)).await,
                    number if number < fails => return Err(BoxError::from("broken")),
                    _ => {}
                }
                Ok(7)
            }
        }));
    assert_eq!(service.clone().oneshot(2).await.unwrap(), 7);
    assert_eq!(seen.swap(0, Ordering::SeqCst), 3);
    let error = service.oneshot(9).await.unwrap_err();
    assert_eq!(error.to_string(), "broken");
}
