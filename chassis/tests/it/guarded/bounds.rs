//! Limits of time and of number.

use std::sync::Arc;
use std::time::Duration;

use chassis::{CallError, Context};

use super::{Mood, Shelf, ShelfError, json, open};

const LONG: Mood = Mood::Slow(Duration::from_secs(60));

#[tokio::test(start_paused = true)]
async fn a_slow_port_is_cut_at_its_own_limit() {
    let till = open(
        "[port.shelf]\ntotal_timeout = '200ms'\n\
         [port.shelf.methods.save]\ntotal_timeout = '50ms'\n",
    )
    .await;
    till.script.tell(&[LONG]);
    let began = till.system.env().now();
    let answer = till.post().await;
    assert_eq!(
        (answer.status().as_u16(), json(&answer)["type"].as_str()),
        (504, Some("urn:problem:chassis:timeout"))
    );
    let took = till.system.env().now() - began;
    assert!((50..60).contains(&took.as_millis()), "{took:?}");
    assert_eq!(till.script.seen().under_way, 0, "it was given up");
    let error = till.shelf.load("bolt").await.unwrap_err();
    assert!(
        matches!(&error, ShelfError::Call(call) if matches!(
            call.inner(), CallError::Timeout { limit, .. } if limit.as_millis() == 200)),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_port_is_cut_at_its_callers_deadline() {
    for policies in ["", "[port]\ntotal_timeout = '1s'\n"] {
        let till = open(policies).await;
        till.script.tell(&[LONG]);
        let began = till.system.env().now();
        let hurry = Context::default().with_deadline(began + Duration::from_millis(30));
        let error = hurry.scope(till.shelf.save("bolt")).await.unwrap_err();
        assert!(
            matches!(
                error,
                ShelfError::Call(CallError::Deadline { stage: "done", .. })
            ),
            "{error:?}"
        );
        let took = till.system.env().now() - began;
        assert!((30..40).contains(&took.as_millis()), "{took:?}");
        let gone = Context::default().with_deadline(began);
        let error = gone.scope(till.shelf.save("bolt")).await.unwrap_err();
        assert!(
            matches!(
                error,
                ShelfError::Call(CallError::Deadline {
                    stage: "called",
                    ..
                })
            ),
            "{error:?}"
        );
        assert_eq!(till.script.seen().calls, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_setting_a_call_has_the_time_that_its_caller_has() {
    let till = open("").await;
    till.script.tell(&[Mood::Slow(Duration::from_secs(3600))]);
    assert_eq!(till.shelf.save("bolt").await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_tells_the_adapter_its_own_limit() {
    let till = open("[port.shelf]\nattempt_timeout = '1s'\n").await;
    till.script.tell(&[Mood::Slow(Duration::from_millis(999))]);
    assert_eq!(till.shelf.save("bolt").await.unwrap(), 7);
    till.script
        .tell(&[Mood::Slow(Duration::from_millis(1_001))]);
    let error = till.shelf.save("bolt").await.unwrap_err();
    assert!(
        matches!(error, ShelfError::Call(CallError::Timeout { .. })),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_holds_so_many_and_refuses_the_others() {
    let till = open("[port.shelf.bulkhead]\nmax_calls = 2\nmax_waiting = 1\n").await;
    till.script.tell(&[LONG]);
    let call = || {
        let shelf = Arc::clone(&till.shelf);
        chassis::spawn(async move { shelf.save("bolt").await })
    };
    let calls = [call(), call(), call()];
    while till.script.seen().under_way < 2 {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    let answer = till.post().await;
    assert_eq!(
        (answer.status().as_u16(), json(&answer)["type"].as_str()),
        (503, Some("urn:problem:chassis:overloaded"))
    );
    let error = till.shelf.save("bolt").await.unwrap_err().to_string();
    for word in [
        "shelf is not called",
        "2 calls",
        "1 wait",
        "port.shelf.bulkhead.max_calls",
    ] {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 7);
    }
    assert_eq!((till.script.seen().calls, till.script.seen().most), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn without_a_setting_as_many_calls_as_come_are_under_way() {
    let till = open("").await;
    till.script.tell(&[LONG]);
    let calls: Vec<_> = (0..3_000)
        .map(|_| {
            let shelf = Arc::clone(&till.shelf);
            chassis::spawn(async move { shelf.save("bolt").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 7);
    }
    assert_eq!(till.script.seen().most, 3_000);
}
