use std::time::Duration;

use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;

fn bulkhead(max_calls: usize, max_waiting: usize) -> (Bulkhead, Env) {
    let env = Env::seeded(1);
    let settings = BulkheadSettings {
        max_calls,
        max_waiting,
    };
    (Bulkhead::new(env.clone(), settings), env)
}

#[tokio::test(start_paused = true)]
async fn so_many_enter_so_many_wait_and_the_rest_is_refused() {
    let (bulkhead, _) = bulkhead(2, 1);
    let first = bulkhead.enter(None).await.unwrap();
    let _second = bulkhead.enter(None).await.unwrap();
    let waiting = bulkhead.clone();
    let waiting = crate::spawn(async move { waiting.enter(None).await });
    tokio::task::yield_now().await;
    assert_eq!(bulkhead.taken(), (2, 1));
    assert_eq!(bulkhead.enter(None).await.unwrap_err(), Full::Waiting);
    drop(first);
    let third = waiting.await.unwrap().unwrap();
    assert_eq!(bulkhead.taken(), (2, 0));
    drop(third);
    assert_eq!(bulkhead.taken(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_the_deadline() {
    let (bulkhead, env) = bulkhead(1, 10);
    let _held = bulkhead.enter(None).await.unwrap();
    let deadline = env.now() + Duration::from_millis(50);
    assert_eq!(
        bulkhead.enter(Some(deadline)).await.unwrap_err(),
        Full::Deadline
    );
    assert!(env.now() >= deadline);
    assert_eq!(bulkhead.taken(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_the_queue() {
    let (bulkhead, env) = bulkhead(1, 1);
    let held = bulkhead.enter(None).await.unwrap();
    tokio::select! {
        biased;
        _ = bulkhead.enter(None) => panic!("there is no place"),
        () = env.sleep(Duration::from_millis(1)) => {}
    }
    assert_eq!(bulkhead.taken(), (1, 0));
    drop(held);
    assert!(bulkhead.try_enter().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_layer_lets_no_more_calls_in_than_it_may() {
    let (bulkhead, env) = bulkhead(3, 100);
    let most = Arc::new(AtomicUsize::new(0));
    let (inside, seen) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&most));
    let service = ServiceBuilder::new()
        .layer(BulkheadLayer::new(bulkhead))
        .service(service_fn(move |()| {
            let (inside, seen, env) = (Arc::clone(&inside), Arc::clone(&seen), env.clone());
            async move {
                let now = inside.fetch_add(1, Ordering::Relaxed) + 1;
                seen.fetch_max(now, Ordering::Relaxed);
                env.sleep(Duration::from_millis(10)).await;
                inside.fetch_sub(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(())
            }
        }));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..30 {
        calls.spawn(service.clone().oneshot(()));
    }
    assert!(
        calls
            .join_all()
            .await
            .into_iter()
            .all(|result| result.is_ok())
    );
    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn it_grows_and_shrinks_while_it_is_used_and_puts_nobody_out() {
    let (bulkhead, _) = bulkhead(3, 0);
    let mut places: Vec<_> = (0..3).map(|_| bulkhead.try_enter().unwrap()).collect();
    let size = |max_calls| BulkheadSettings {
        max_calls,
        max_waiting: 0,
    };
    bulkhead.update(size(1));
    assert_eq!(bulkhead.taken(), (3, 0));
    for left in [2, 1] {
        places.pop();
        assert_eq!(bulkhead.taken(), (left, 0));
        assert!(bulkhead.try_enter().is_none(), "{left} are in it, 1 may");
    }
    places.pop();
    places.push(bulkhead.try_enter().unwrap());
    bulkhead.update(size(2));
    places.push(bulkhead.try_enter().unwrap());
    assert!(bulkhead.try_enter().is_none());
    bulkhead.update(size(1));
    bulkhead.update(size(3));
    assert_eq!(bulkhead.taken(), (2, 0));
    places.push(bulkhead.try_enter().unwrap());
    assert!(bulkhead.try_enter().is_none());
    places.clear();
    assert_eq!(bulkhead.taken(), (0, 0));
}
