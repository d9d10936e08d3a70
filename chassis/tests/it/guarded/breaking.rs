//! The breaker: a shelf that fails is left alone for a while, and whoever asks is told so.

use std::time::Duration;

use chassis::Context;

use super::{Mood, Shelf, ShelfError, json, open};

const FIVE: &str = "[port.shelf.breaker]\nminimum_calls = 5\n";

#[tokio::test(start_paused = true)]
async fn a_port_that_fails_is_left_alone_and_its_caller_is_told_when_to_come_back() {
    let till = open(FIVE).await;
    till.script.tell(&[Mood::Broken]);
    for _ in 0..5 {
        assert_eq!(till.post().await.status(), 503);
    }
    let answer = till.post().await;
    assert_eq!(till.script.seen().calls, 5, "the sixth is not made");
    assert_eq!(answer.status(), 503);
    let problem = json(&answer);
    assert_eq!(problem["type"], "urn:problem:chassis:breaker-open");
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(answer.headers()["retry"], "exhausted");
    let error = till.shelf.save("bolt").await.unwrap_err();
    let ShelfError::Call(error) = &error else {
        panic!("{error:?}");
    };
    assert!(
        error
            .to_string()
            .starts_with("shelf is not called: its circuit breaker is open")
    );
    let left = error.retry_after().unwrap();
    assert!(
        left <= Duration::from_secs(1) && !left.is_zero(),
        "{left:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_change_is_one_line_of_the_log_and_a_metric() {
    let till = open(FIVE).await;
    till.script.tell(&[Mood::Broken]);
    for _ in 0..50 {
        assert_eq!(till.post().await.status(), 503);
    }
    assert_eq!(till.script.seen().calls, 5);
    let lines = till.system.captured().lines();
    let said: Vec<&str> = lines
        .iter()
        .map(chassis::testing::CapturedLine::message)
        .collect();
    let open: Vec<&&str> = said
        .iter()
        .filter(|line| line.contains("breaker"))
        .collect();
    assert_eq!(
        open,
        [&"shelf: the circuit breaker is open: 5 of 5 calls failed"]
    );
    let metrics = till.system.metrics();
    let is = |what: &str| {
        let lines = metrics
            .lines()
            .filter(|line| line.contains(r#"chassis_port="shelf""#));
        lines
            .filter(|line| line.contains(what))
            .any(|line| line.contains("open"))
    };
    assert!(is("chassis_client_breaker_state"), "{metrics}");
    let refused = metrics
        .lines()
        .find(|line| line.starts_with("chassis_client_refused") && line.contains("breaker-open"));
    assert!(refused.unwrap().ends_with(" 45.0"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_mended_is_called_again() {
    let till = open(FIVE).await;
    assert_eq!(till.save(Mood::Broken, 6).await, 5);
    tokio::time::advance(Duration::from_secs(1)).await;
    till.script.tell(&[Mood::Fine]);
    for _ in 0..20 {
        assert_eq!(till.post().await.status(), 200);
    }
    let lines = till.system.captured().lines();
    assert!(lines.iter().any(|line| line.message()
        == "shelf: the circuit breaker is closed: the calls that tried went well"));
}

#[tokio::test(start_paused = true)]
async fn by_default_only_a_port_of_which_every_call_fails_is_left_alone() {
    let till = open("").await;
    assert_eq!(till.save(Mood::Broken, 49).await, 49);
    assert_eq!(till.save(Mood::Fine, 1).await, 1);
    assert_eq!(
        till.save(Mood::Broken, 200).await,
        200,
        "one of them went well"
    );
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(till.save(Mood::Broken, 200).await, 50);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_no_failure_however_often_it_comes() {
    let till = open("").await;
    assert_eq!(till.save(Mood::Taken, 200).await, 200);
}

#[tokio::test(start_paused = true)]
async fn what_the_settings_say_is_no_failure_is_none() {
    let ignoring = format!("{FIVE}ignore = ['ShelfError']\n");
    let till = open(&ignoring).await;
    assert_eq!(till.save(Mood::Broken, 200).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_says_nothing_counts_as_a_failure() {
    let till = open(FIVE).await;
    till.script.tell(&[Mood::Broken]);
    for _ in 0..20 {
        till.shelf.count("bolt".to_owned()).await.unwrap_err();
    }
    assert_eq!(till.script.seen().calls, 5);
}

#[tokio::test(start_paused = true)]
async fn a_port_without_a_breaker_is_called_whatever_happens() {
    let till = open("[port.shelf.breaker]\nenabled = false\n").await;
    assert_eq!(till.save(Mood::Broken, 200).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_port_that_hangs_is_left_alone_and_a_caller_in_a_hurry_says_nothing_of_it() {
    for (left, made) in [(999, 20), (1_000, 5)] {
        let till = open(FIVE).await;
        till.script.tell(&[Mood::Slow(Duration::from_secs(60))]);
        for _ in 0..20 {
            let deadline = till.system.env().now() + Duration::from_millis(left);
            let call = Context::default().with_deadline(deadline);
            call.scope(till.shelf.save("bolt")).await.unwrap_err();
        }
        assert_eq!(till.script.seen().calls, made, "{left} ms");
    }
}
