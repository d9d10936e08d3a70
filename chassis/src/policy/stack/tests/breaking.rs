//! Breaker and bulkhead in the stack, and settings that change under them.

use super::*;

fn brittle() -> StackSettings {
    let mut settings = settings();
    settings.methods[0].retry = None;
    settings.breaker = Some(BreakerSettings {
        minimum_calls: 4,
        ..BreakerSettings::default()
    });
    settings
}

async fn fail(stack: &Stack, env: &Env, times: usize) {
    let script = Script::new(env, &[fails(Fault::Broken)]);
    for _ in 0..times {
        let _ = call_until(stack, 0, &script, None).await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_opens_refuses_tries_and_closes_and_each_is_said_once() {
    let (stack, env) = stack(brittle());
    fail(&stack, &env, 4).await;
    assert_eq!(stack.view().breaker.unwrap().state, State::Open);
    let fine = Script::new(&env, &[FINE]);
    let refused = call_until(&stack, 0, &fine, None).await;
    let Err(Refusal::Open(open)) = refused else {
        panic!("{refused:?}");
    };
    assert!(open.retry_after.unwrap() <= Duration::from_secs(5));
    assert!(fine.attempts().is_empty());
    env.sleep(Duration::from_secs(5)).await;
    for _ in 0..3 {
        call(&stack, 0, &fine).await.0.unwrap();
    }
    let view = stack.view();
    assert_eq!(view.breaker.unwrap().word, "closed");
    assert_eq!(view.totals.refused, 1);
    let said: Vec<String> = view
        .events
        .iter()
        .map(|event| event.what.to_string())
        .collect();
    assert_eq!(
        said,
        [
            "the circuit breaker is closed: the calls that tried went well",
            "the circuit breaker is half-open: its time is over, a few calls try",
            "the circuit breaker is open: 4 of 4 calls failed",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn it_counts_calls_not_attempts() {
    let mut settings = brittle();
    settings.methods[0].retry = Some(RetrySettings::default());
    let (stack, env) = stack(settings);
    let script = Script::new(&env, &[fails(Fault::Broken), fails(Fault::Broken), FINE]);
    for _ in 0..10 {
        call(&stack, 0, &Script::new(&env, &[fails(Fault::Broken), FINE]))
            .await
            .0
            .unwrap();
    }
    call(&stack, 0, &script).await.0.unwrap();
    assert_eq!(stack.view().breaker.unwrap().state, State::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_person_forces_and_resets_it() {
    let (stack, env) = stack(brittle());
    let fine = Script::new(&env, &[FINE]);
    stack.force(Force::Open);
    assert!(call_until(&stack, 0, &fine, None).await.is_err());
    stack.force(Force::Disabled);
    fail(&stack, &env, 50).await;
    assert!(call_until(&stack, 0, &fine, None).await.is_ok());
    stack.reset();
    assert_eq!(stack.view().breaker.unwrap().state, State::Closed);
    assert!(call_until(&stack, 0, &fine, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn settings_change_under_an_open_breaker_and_it_stays_open() {
    let (stack, env) = stack(brittle());
    fail(&stack, &env, 4).await;
    let mut changed = brittle();
    changed.breaker = Some(BreakerSettings {
        failure_rate: 0.9,
        ..BreakerSettings::default()
    });
    changed.methods[0].attempt_timeout = Duration::from_millis(5);
    stack.update(changed.clone()).unwrap();
    assert_eq!(stack.view().breaker.unwrap().state, State::Open);
    stack.reset();
    let slow = Script::new(&env, &[Step(50, Ok(()))]);
    assert_eq!(call(&stack, 0, &slow).await.0, Err(Fault::Slow));
    changed.breaker = None;
    stack.update(changed).unwrap();
    fail(&stack, &env, 50).await;
    assert!(call_until(&stack, 0, &slow, None).await.is_ok());
    assert!(stack.view().breaker.is_none());
}

#[tokio::test(start_paused = true)]
async fn settings_that_cannot_work_change_nothing() {
    let (stack, _) = stack(brittle());
    let before = stack.settings();
    let mut wrong = brittle();
    wrong.methods[1].attempt_timeout = Duration::from_secs(60);
    let mistake = stack.update(wrong).unwrap_err();
    assert_eq!(
        mistake.to_string(),
        "attempt_timeout is longer than total_timeout, which holds all attempts"
    );
    assert_eq!(mistake.method, Some(1));
    assert_eq!(stack.settings(), before);
}

#[tokio::test(start_paused = true)]
async fn a_full_bulkhead_refuses_and_its_queue_waits_no_longer_than_the_deadline() {
    let mut settings = brittle();
    settings.bulkhead = Some(BulkheadSettings {
        max_calls: 1,
        max_waiting: 1,
    });
    let (stack, env) = stack(settings);
    let slow = Script::new(&env, &[Step(1_000, Ok(()))]);
    let deadline = Some(env.now() + Duration::from_millis(20));
    let (first, second, third) = tokio::join!(
        call_until(&stack, 0, &slow, None),
        call_until(&stack, 0, &slow, deadline),
        call_until(&stack, 0, &slow, None),
    );
    assert!(first.is_ok());
    assert!(matches!(second, Err(Refusal::Late(_))), "{second:?}");
    assert_eq!(third.unwrap_err(), Refusal::Crowded);
    assert_eq!(slow.attempts().len(), 1);
    assert_eq!(stack.view().totals.crowded, 2);
}
