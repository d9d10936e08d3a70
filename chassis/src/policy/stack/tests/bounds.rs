//! What holds whatever happens: bounds of attempts, of time and of the budget; settings refused.

use proptest::prelude::*;

use super::*;

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![
        Just(Fault::Refused),
        Just(Fault::Broken),
        Just(Fault::Lasting),
        Just(Fault::Exhausted),
        (0..3_000_u64).prop_map(Fault::Later),
    ];
    let result = prop_oneof![Just(Ok(())), fault.prop_map(Err)];
    (0..800_u64, result).prop_map(|(millis, result)| Step(millis, result))
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn attempts_and_time_and_budget_are_never_overstepped(
        attempts in 1..6_u32,
        attempt_millis in 1..500_u64,
        total_millis in 500..2_000_u64,
        share in 0.0..0.5_f64,
        method in 0..2_usize,
        calls in proptest::collection::vec((step(), step(), 1..2_500_u64), 1..60),
    ) {
        runtime().block_on(async {
            let mut settings = settings();
            settings.breaker = None;
            settings.budget = BudgetSettings { share, reserve: 1, ttl: Duration::from_secs(1_000) };
            for method in &mut settings.methods {
                method.attempt_timeout = Duration::from_millis(attempt_millis);
                method.total_timeout = Duration::from_millis(total_millis);
                method.retry = Some(RetrySettings { attempts, backoff: Backoff::default() });
            }
            let (stack, env) = stack(settings);
            let (mut made, mut seen) = (0, 0);
            for (first, second, left) in calls {
                let script = Script::new(&env, &[first, second]);
                let began = env.now();
                let deadline = began + Duration::from_millis(left);
                let entered = call_until(&stack, method, &script, Some(deadline)).await;
                let (_, ending) = entered.expect("there is time, and a place");
                made += 1;
                seen += script.attempts().len();
                assert!(ending.attempts <= attempts);
                assert_eq!(ending.attempts as usize, script.attempts().len());
                let limit = deadline.min(began + Duration::from_millis(total_millis));
                assert!(env.now() <= limit + Duration::from_millis(3), "{:?}", env.now() - limit);
                for at in script.times() {
                    assert!(at < limit);
                }
            }
            let budget = 1_000.0 + share * f64::from(made);
            assert!((seen as f64) <= f64::from(made) + budget);
            assert_eq!(seen as u64 - u64::from(made as u32), stack.view().totals.retries);
        });
    }
}

#[test]
fn what_cannot_work_is_refused_with_its_name() {
    type Change = fn(&mut StackSettings);
    let cases: [(Change, &str); 12] = [
        (
            |it| it.methods[0].total_timeout = Duration::ZERO,
            "total_timeout",
        ),
        (
            |it| it.methods[0].attempt_timeout = Duration::ZERO,
            "attempt_timeout",
        ),
        (
            |it| it.methods[0].attempt_timeout = Duration::from_secs(31),
            "attempt_timeout",
        ),
        (|it| it.budget.share = 1.5, "budget.share"),
        (|it| it.budget.share = -0.1, "budget.share"),
        (|it| it.budget.share = f64::NAN, "budget.share"),
        (
            |it| (it.budget.share, it.budget.reserve) = (0.0, 0),
            "budget.share",
        ),
        (|it| it.budget.ttl = Duration::ZERO, "budget.ttl"),
        (
            |it| it.bulkhead.as_mut().unwrap().max_calls = 0,
            "bulkhead.max_calls",
        ),
        (
            |it| it.methods[0].retry.as_mut().unwrap().attempts = 0,
            "retry.attempts",
        ),
        (
            |it| it.methods[0].retry.as_mut().unwrap().backoff.cap = Duration::ZERO,
            "retry.backoff_at_most",
        ),
        (
            |it| it.breaker.as_mut().unwrap().failure_rate = 0.0,
            "breaker.failure_rate",
        ),
    ];
    for (change, name) in cases {
        let mut settings = settings();
        change(&mut settings);
        let said = settings.check().unwrap_err().to_string();
        assert!(said.starts_with(name), "{said} is not about {name}");
    }
    settings().check().unwrap();
}
