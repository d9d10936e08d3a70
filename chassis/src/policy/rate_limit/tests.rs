use proptest::prelude::*;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;
use crate::context::Env;

const SECOND: Duration = Duration::from_secs(1);

fn start() -> Instant {
    Env::system().now()
}

proptest! {
    /// The bucket of the textbook, with a level that leaks: GCRA is the same, seen from the clock.
    #[test]
    fn it_grants_what_a_leaky_bucket_grants(
        limit in 1..20_u32,
        burst in 1..30_u32,
        waits in proptest::collection::vec(0..400_u64, 1..200),
    ) {
        let start = start();
        let rate = Rate { limit, per: SECOND, burst };
        let bucket = RateLimit::new(rate, start).unwrap();
        let interval = 1_000_000_000 / u64::from(limit);
        let (mut at, mut level) = (0_u64, 0_u64);
        for wait in waits {
            at += wait * 1_000_000;
            level = level.saturating_sub(wait * 1_000_000);
            let result = bucket.check(start + Duration::from_nanos(at));
            let fits = level + interval <= interval * u64::from(burst);
            prop_assert_eq!(result.is_ok(), fits);
            level += if fits { interval } else { 0 };
            match result {
                Ok(granted) => {
                    prop_assert_eq!(granted.reset_after, Duration::from_nanos(level));
                    let free = u64::from(burst) * interval - level;
                    prop_assert_eq!(u64::from(granted.remaining), free / interval);
                }
                Err(limited) => {
                    let at = start + Duration::from_nanos(at) + limited.retry_after;
                    let (arrival, early) = (bucket.arrival.load(Ordering::Relaxed), Duration::from_nanos(1));
                    prop_assert!(bucket.cell.check(arrival, at - early).is_err(), "too early");
                    prop_assert!(bucket.cell.check(arrival, at).is_ok(), "as it was told");
                }
            }
        }
    }
}

#[test]
fn keys_do_not_share_their_limit() {
    let now = start();
    let limit = KeyedRateLimit::new(Rate::new(2, SECOND), 1000, now).unwrap();
    for key in ["ada", "grace"] {
        assert_eq!(limit.check(key, now).unwrap().remaining, 1);
        assert_eq!(limit.check(key, now).unwrap().remaining, 0);
        let limited = limit.check(key, now).unwrap_err();
        assert_eq!(limited.retry_after, SECOND / 2);
        assert_eq!(
            limited.to_string(),
            "more than 2 calls in 1s; try again in 500.0ms"
        );
    }
}

#[test]
fn a_million_strangers_cost_no_memory_and_free_nobody_who_is_exhausted() {
    let now = start();
    let limit = KeyedRateLimit::new(Rate::new(1000, 1000 * SECOND), 80, now).unwrap();
    while limit.check("greedy", now).is_ok() {}
    for stranger in 0..1_000_000_u32 {
        assert!(limit.check(&stranger, now).is_ok());
    }
    assert!(limit.check("greedy", now).is_err());
    assert!(format!("{limit:?}").contains("keys: 80"));
}

#[test]
fn rates_of_nothing_are_refused() {
    let good = Rate::new(1, SECOND);
    let bad = [
        Rate { limit: 0, ..good },
        Rate { burst: 0, ..good },
        Rate {
            per: Duration::ZERO,
            ..good
        },
        Rate {
            per: Duration::MAX,
            ..good
        },
    ];
    for rate in bad {
        assert_eq!(RateLimit::new(rate, start()).unwrap_err(), RateMistake);
    }
}

#[test]
fn a_clock_that_jumps_is_survived() {
    let now = start();
    let limit = RateLimit::new(Rate::new(1, SECOND), now).unwrap();
    let century = SECOND * 86_400 * 365 * 100;
    assert!(limit.check(now + century).is_ok());
    let limited = limit.check(now).unwrap_err();
    assert!(limited.retry_after > century);
}

#[tokio::test(start_paused = true)]
async fn the_layer_refuses_what_is_too_much() {
    let env = Env::seeded(1);
    let limit = RateLimit::new(Rate::new(1, SECOND), env.now()).unwrap();
    let service = ServiceBuilder::new()
        .layer(RateLimitLayer::new(limit.into(), env.clone()))
        .service(service_fn(async |()| Ok::<_, std::io::Error>("answer")));
    assert_eq!(service.clone().oneshot(()).await.unwrap(), "answer");
    let error = service.clone().oneshot(()).await.unwrap_err();
    let limited = error.downcast_ref::<Limited>().unwrap();
    env.sleep(limited.retry_after).await;
    assert_eq!(service.oneshot(()).await.unwrap(), "answer");
}
