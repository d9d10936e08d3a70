//! Deadlines, and callers who hang up.

use std::sync::atomic::Ordering::SeqCst;

use super::Site;
use super::raw::eventually;

#[tokio::test]
async fn a_get_is_dropped_when_its_caller_hangs_up() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n").await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    drop(raw);
    eventually("nothing open", || site.running.open() == 0).await;
    site.workshop.gate.add_permits(1);
    assert_eq!(site.workshop.done.load(SeqCst), 0);
}

#[tokio::test]
async fn a_post_runs_on_when_its_caller_hangs_up() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("POST /v1/wait HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n")
        .await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    drop(raw);
    site.workshop.gate.add_permits(1);
    eventually("done", || site.workshop.done.load(SeqCst) == 1).await;
    eventually("nothing open", || site.running.open() == 0).await;
}

#[tokio::test]
async fn a_get_is_dropped_at_its_deadline() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\nx-envoy-expected-rq-timeout-ms: 30\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (504, "deadline")
    );
    assert_eq!(site.workshop.begun.load(SeqCst), 1);
    // The connection lives, and nothing is at work any more.
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
    assert_eq!(site.workshop.done.load(SeqCst), 0);
}

#[tokio::test]
async fn a_post_runs_on_after_its_deadline() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("POST /v1/brief HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (504, "deadline")
    );
    drop(raw);
    eventually("connection closed", || site.running.open() == 1).await;
    site.workshop.gate.add_permits(1);
    eventually("done", || site.workshop.done.load(SeqCst) == 1).await;
    eventually("nothing at work", || site.running.open() == 0).await;
}

#[tokio::test]
async fn expired_work_never_starts() {
    let site = Site::open();
    let mut raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\nx-envoy-expected-rq-timeout-ms: 0\r\n\r\n")
        .await;
    let answer = raw.hear().await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (504, "deadline")
    );
    assert_eq!(site.workshop.begun.load(SeqCst), 0);
}
