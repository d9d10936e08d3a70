//! Retries: only of methods that may be repeated, only after what is known to be a fault.

use super::{Mood, Shelf, ShelfError, open};

const TWICE: [Mood; 3] = [Mood::Broken, Mood::Broken, Mood::Fine];

#[tokio::test(start_paused = true)]
async fn a_fault_of_an_idempotent_method_is_mended_by_another_attempt() {
    let till = open("").await;
    till.script.tell(&TWICE);
    let answer = till.system.get("/v1/stock/bolt").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.body()[..]),
        (200, &b"7"[..])
    );
    assert_eq!(till.script.seen().calls, 3);
    let metrics = till.system.metrics();
    let retries = metrics
        .lines()
        .find(|line| line.starts_with("chassis_client_retries_total{"));
    assert!(
        retries.is_some_and(|line| line.ends_with(" 2.0")),
        "{retries:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_is_tried_as_often_as_may_be_and_no_more() {
    let till = open("[port.shelf.methods.load]\nretry.attempts = 2\n").await;
    till.script.tell(&[Mood::Broken]);
    till.shelf.load("bolt").await.unwrap_err();
    assert_eq!(till.script.seen().calls, 2);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_repeated_and_what_nobody_calls_a_fault_is_not() {
    let till = open("").await;
    till.script.tell(&TWICE);
    till.shelf.save("bolt").await.unwrap_err();
    assert_eq!(till.script.seen().calls, 1, "it is not idempotent");
    till.script.tell(&[Mood::Taken]);
    let answer = till.shelf.load("bolt").await;
    assert!(matches!(answer, Err(ShelfError::Taken)));
    assert_eq!(till.script.seen().calls, 2, "it was an answer");
    till.script.tell(&TWICE);
    till.shelf.count("bolt".to_owned()).await.unwrap_err();
    assert_eq!(till.script.seen().calls, 3, "its error says nothing");
}

#[tokio::test(start_paused = true)]
async fn the_budget_bounds_retries() {
    let till = open("[port.default.budget]\nshare = 0.1\nreserve = 0\n").await;
    till.script.tell(&[Mood::Broken]);
    for _ in 0..40 {
        till.shelf.load("bolt").await.unwrap_err();
    }
    assert_eq!(till.script.seen().calls, 44);
}

#[tokio::test(start_paused = true)]
async fn whoever_asked_is_told_not_to_try_again_whatever_became_of_the_error() {
    let till = open("").await;
    till.script.tell(&[Mood::Broken]);
    let answer = till.system.get("/v1/stock/bolt").await;
    assert_eq!(till.script.seen().calls, 3);
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry"], "exhausted");
    let answer = till.post().await;
    assert_eq!(answer.status(), 503);
    let told = answer.headers().get("retry");
    assert_eq!(told, None, "it was tried once, and may be tried again");
}
