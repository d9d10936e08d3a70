//! What is given again, what goes, and who asks.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use proptest::prelude::*;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::*;
use crate::context::Env;

const MINUTE: Duration = Duration::from_secs(60);

fn fresh(seconds: u64) -> Freshness {
    Freshness {
        fresh: Duration::from_secs(seconds),
        ..Freshness::default()
    }
}

#[test]
fn an_answer_goes_through_its_ages() {
    let cache = Cache::new(10_000);
    let now = Env::system().now();
    let freshness = Freshness {
        fresh: MINUTE,
        while_revalidate: MINUTE / 2,
        if_error: 2 * MINUTE,
    };
    cache.put("k", 1, 0, freshness, now);
    let good = |seconds| {
        let hit = cache.get("k", now + Duration::from_secs(seconds));
        hit.map(|hit| (hit.good, hit.age.as_secs()))
    };
    assert_eq!(good(59), Some((Good::Fresh, 59)));
    assert_eq!(good(60), Some((Good::Soon, 60)));
    assert_eq!(good(90), Some((Good::InNeed, 90)));
    assert_eq!(good(179), Some((Good::InNeed, 179)));
    assert_eq!(good(180), None);
    cache.renew("k", freshness, now + Duration::from_secs(100));
    assert_eq!(good(159), Some((Good::Fresh, 59)));
    // A clock that went back makes nothing older.
    assert_eq!(
        cache.get("k", now - MINUTE).map(|hit| hit.age),
        Some(Duration::ZERO)
    );
}

#[test]
fn what_is_used_survives_a_scan() {
    let cache = Cache::new(10 * (100 + OVERHEAD));
    let now = Env::system().now();
    cache.put(0, 0, 100, fresh(60), now);
    for key in 1..1_000 {
        cache.put(key, key, 100, fresh(60), now);
        assert!(cache.get(&0, now).is_some(), "{key}");
    }
    let view = cache.view();
    assert_eq!((view.entries, view.evicted), (10, 990));
}

#[test]
fn what_is_larger_than_all_is_not_kept_and_the_old_one_is_gone() {
    let cache = Cache::new(1_000);
    let now = Env::system().now();
    cache.put("k", 1, 10, fresh(60), now);
    cache.put("k", 2, 5_000, fresh(60), now);
    assert_eq!(cache.get("k", now), None);
    cache.put("k", 1, 10, fresh(60), now);
    cache.put("k", 2, 10, Freshness::default(), now);
    assert_eq!(cache.get("k", now), None);
    assert_eq!(cache.view().bytes, 0);
}

proptest! {
    /// Against a map that forgets nothing: never another answer than the last one, never too many
    /// bytes, never lost count.
    #[test]
    fn it_is_a_map_that_forgets(steps in prop::collection::vec((0..20u8, 0..400usize, any::<bool>()), 1..300)) {
        let cache = Cache::new(2_000);
        let mut model = HashMap::new();
        let now = Env::system().now();
        for (number, (key, size, removes)) in steps.into_iter().enumerate() {
            if removes {
                cache.remove(&key);
                model.remove(&key);
            } else {
                cache.put(key, number, size, fresh(60), now);
                model.insert(key, number);
            }
            let view = cache.view();
            prop_assert!(view.bytes <= 2_000);
            prop_assert!(cache.lock().round.len() <= 2 * view.entries + 17);
            for (key, value) in &model {
                if let Some(hit) = cache.get(key, now) {
                    prop_assert_eq!(hit.value, *value);
                }
            }
            let state = cache.lock();
            let sum: usize = state.entries.values().map(|entry| entry.size).sum();
            prop_assert_eq!(sum, state.bytes);
        }
    }
}

#[tokio::test]
async fn one_asks_and_the_others_wait() {
    let flights = Flights::default();
    let Flight::Lead(lead) = flights.join(&"k") else {
        panic!("nobody asks yet");
    };
    assert!(matches!(flights.join(&"l"), Flight::Lead(_)));
    let Flight::Wait(wait) = flights.join(&"k") else {
        panic!("two ask");
    };
    let waiting = crate::spawn(wait.over());
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    drop(lead);
    waiting.await.unwrap();
    assert!(matches!(flights.join(&"k"), Flight::Lead(_)));
}

/// Caches every number for a minute, and keeps it for an hour in need.
struct Numbers;

impl Plan<u32, u32> for Numbers {
    type Key = u32;

    fn key(&self, request: &u32) -> Option<u32> {
        (*request != 0).then_some(*request)
    }

    fn keep(&self, _: &u32) -> Option<(Freshness, usize)> {
        let freshness = Freshness {
            fresh: MINUTE,
            while_revalidate: Duration::ZERO,
            if_error: 60 * MINUTE,
        };
        Some((freshness, 4))
    }
}

#[tokio::test(start_paused = true)]
async fn around_a_service_a_crowd_asks_once() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let service = service_fn(move |_: u32| {
        let number = count.fetch_add(1, SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok::<_, Infallible>(number)
        }
    });
    let layer = CacheLayer::new(Numbers, 10_000, Env::seeded(1));
    let service = layer.layer(service);
    let crowd: Vec<_> = (0..50)
        .map(|_| crate::spawn(service.clone().oneshot(7)))
        .collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), Ok(0));
    }
    assert_eq!((asked.load(SeqCst), layer.view().entries), (1, 1));
    tokio::time::advance(MINUTE).await;
    assert_eq!(service.clone().oneshot(7).await, Ok(1));
    // What has no key is asked each time.
    for number in 2..4 {
        assert_eq!(service.clone().oneshot(0).await, Ok(number));
    }
}

#[tokio::test(start_paused = true)]
async fn around_a_service_that_fails_the_old_answer_does() {
    let works = Arc::new(AtomicU32::new(1));
    let state = Arc::clone(&works);
    let service = service_fn(move |_: u32| {
        let works = state.load(SeqCst);
        async move { if works == 1 { Ok(5) } else { Err("down") } }
    });
    let mut service = CacheLayer::new(Numbers, 10_000, Env::seeded(1)).layer(service);
    assert_eq!(service.call(7).await, Ok(5));
    works.store(0, SeqCst);
    assert_eq!(service.call(8).await, Err("down"));
    tokio::time::advance(2 * MINUTE).await;
    assert_eq!(service.call(7).await, Ok(5));
    tokio::time::advance(62 * MINUTE).await;
    assert_eq!(service.call(7).await, Err("down"));
}
