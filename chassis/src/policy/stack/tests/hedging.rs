//! A second attempt beside a slow one.

use super::*;

fn hedged() -> StackSettings {
    let mut settings = settings();
    settings.methods[0].hedge = Some(HedgeSettings {
        share: 0.5,
        ..HedgeSettings::default()
    });
    settings
}

/// Lets the stack learn that answers take a tenth of a second.
async fn learn(stack: &Stack, env: &Env) {
    let usual = Script::new(env, &[Step(100, Ok(()))]);
    for _ in 0..128 {
        call(stack, 0, &usual).await.0.unwrap();
    }
    assert_eq!(usual.attempts().len(), 128);
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_wins_and_the_loser_is_cancelled() {
    let (stack, env) = stack(hedged());
    learn(&stack, &env).await;
    let script = Script::new(&env, &[Step(3_000, Ok(())), Step(10, Ok(()))]);
    let began = env.now();
    let (result, ending) = call(&stack, 0, &script).await;
    assert_eq!((result, ending.attempts), (Ok(2), 2));
    let took = env.now() - began;
    assert!((110..200).contains(&took.as_millis()), "{took:?}");
    assert_eq!(*script.given_up.lock().unwrap(), [1]);
    assert_eq!(stack.view().totals.hedges, 1);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_that_fails_leaves_the_first_to_decide() {
    let (stack, env) = stack(hedged());
    learn(&stack, &env).await;
    let script = Script::new(&env, &[Step(300, Ok(())), fails(Fault::Broken)]);
    assert_eq!(call(&stack, 0, &script).await.0, Ok(1));
    let script = Script::new(&env, &[Step(300, Err(Fault::Broken)), Step(400, Ok(()))]);
    assert_eq!(call(&stack, 0, &script).await.0, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_hedged_before_enough_is_known_nor_where_it_would_do_the_work_twice() {
    let mut settings = hedged();
    settings.methods[1].hedge = None;
    let (stack, env) = stack(settings);
    let slow = Script::new(&env, &[Step(3_000, Ok(())), FINE]);
    assert_eq!(call(&stack, 0, &slow).await.0, Ok(1));
    learn(&stack, &env).await;
    let slow = Script::new(&env, &[Step(3_000, Ok(())), FINE]);
    assert_eq!(call(&stack, 1, &slow).await.0, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn hedges_have_their_own_share() {
    let mut settings = hedged();
    settings.methods[0].hedge = Some(HedgeSettings {
        share: 0.05,
        ..HedgeSettings::default()
    });
    let (stack, env) = stack(settings);
    learn(&stack, &env).await;
    env.sleep(Duration::from_secs(30)).await;
    // All calls are slow now: each of them is due for a hedge, few of them get one.
    let slow = Script::new(&env, &[Step(400, Ok(()))]);
    let began = env.now();
    let mut calls = 0;
    while env.now() - began < Duration::from_secs(8) {
        call(&stack, 0, &slow).await.0.unwrap();
        calls += 1;
    }
    let hedges = stack.view().totals.hedges;
    assert!(
        calls >= 20 && hedges <= 2,
        "{hedges} hedges of {calls} calls"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hedge_of_what_may_not_be_repeated_cannot_be_set() {
    let mut settings = hedged();
    settings.methods[1].hedge = Some(HedgeSettings::default());
    let mistake = settings.check().unwrap_err();
    assert_eq!((mistake.policy, mistake.setting), ("hedge", "enabled"));
    assert!(mistake.fault.contains("not idempotent"));
}
