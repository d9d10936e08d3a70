//! Chaos in an own port: the shelf's policies bear what is broken on purpose.

use super::{Mood, Shelf, json, open};

fn faults(fault: &str, more: &str) -> String {
    format!(
        "[chaos]\nenabled = true\nconsent = 'break-production'\n[chaos.faults.it]\nport = 'shelf'\nfault = '{fault}'\n{more}"
    )
}

#[tokio::test(start_paused = true)]
async fn what_fails_on_purpose_is_tried_again_as_what_fails() {
    let till = open(&faults("refused", "method = 'load'\nshare = 0.5")).await;
    for _ in 0..20 {
        let answer = till.system.get("/v1/stock/bolt").await;
        let calls = till.script.seen().calls;
        match answer.status().as_u16() {
            200 => assert!(calls > 0),
            503 => assert_eq!(answer.headers()["retry"], "exhausted"),
            other => panic!("{other}"),
        }
    }
    let metrics = till.system.metrics();
    let retries = metrics
        .lines()
        .find_map(|line| line.strip_prefix("chassis_client_retries_total{"));
    let retries: f64 = retries
        .unwrap()
        .rsplit_once(' ')
        .unwrap()
        .1
        .parse()
        .unwrap();
    assert!((5.0..40.0).contains(&retries), "{retries}");
    assert_eq!(
        till.post().await.status(),
        200,
        "another method is left alone"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_cut_was_done_and_what_is_refused_was_not() {
    let till = open(&faults("cut", "")).await;
    let answer = till.post().await;
    assert_eq!(till.script.seen().calls, 1);
    assert_eq!(json(&answer)["type"], "urn:problem:chassis:interrupted");
    let till = open(&faults("status", "status = 503")).await;
    assert_eq!(till.post().await.status(), 503);
    assert_eq!(till.script.seen().calls, 0);
}

#[tokio::test(start_paused = true)]
async fn a_black_hole_ends_at_the_limit_of_the_port() {
    let policies = format!(
        "port.shelf.attempt_timeout = '300ms'\n{}",
        faults("black-hole", "")
    );
    let till = open(&policies).await;
    let began = tokio::time::Instant::now();
    till.script.tell(&[Mood::Fine]);
    till.shelf.save("bolt").await.unwrap_err();
    assert_eq!(began.elapsed().as_millis() / 100, 3);
    assert_eq!(till.script.seen().calls, 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_breaks_the_same_calls() {
    async fn broken(seed: u64) -> Vec<bool> {
        let rules = faults("refused", "method = 'save'\nshare = 0.4");
        let rules = rules.replace("enabled = true", &format!("enabled = true\nseed = {seed}"));
        let till = open(&format!("[port.shelf.breaker]\nenabled = false\n{rules}")).await;
        let mut all = Vec::new();
        for _ in 0..50 {
            all.push(till.shelf.save("bolt").await.is_err());
        }
        all
    }
    let first = broken(3).await;
    assert_eq!(first, broken(3).await);
    assert_ne!(first, broken(4).await);
    let share = first.iter().filter(|failed| **failed).count();
    assert!((10..30).contains(&share), "{share}");
}
