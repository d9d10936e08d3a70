use super::*;

#[test]
fn the_earliest_counts_and_is_named() {
    let now = Env::system().now();
    let second = Duration::from_secs(1);
    let own = Limit::new(now, second * 3, Some(now + second * 5));
    assert_eq!(
        (own.at() - now, own.whose()),
        (second * 3, Whose::Own(second * 3))
    );
    let callers = Limit::new(now, second * 3, Some(now + second));
    assert_eq!(
        (callers.at() - now, callers.whose()),
        (second, Whose::Caller)
    );
    assert_eq!(callers.and(now, second * 2), callers);
    assert_eq!(own.and(now, second).whose(), Whose::Own(second));
    assert!(own.is_over(now + second * 3) && !own.is_over(now + second));
}

#[test]
fn a_limit_of_ages_does_not_overflow() {
    let now = Env::system().now();
    assert!(Limit::new(now, Duration::MAX, None).at() > now);
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_is_given_up() {
    let env = Env::seeded(1);
    let at = env.now() + Duration::from_millis(10);
    let slow = env.sleep(Duration::from_millis(11));
    assert_eq!(within(&env, at, slow).await, Err(Elapsed));
    assert_eq!(within(&env, at, async { 7 }).await, Ok(7));
}
