//! Who gets the call: slow, failing and resting instances; instances that come and go under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// Answers every request with this status and these headers, and an empty body.
async fn saying(head: &'static str) -> Server {
    Server::start(move |mut peer| async move {
        while peer.request().await.is_some() {
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
            peer.send(answer).await;
        }
    })
    .await
}

#[tokio::test]
async fn an_instance_that_fails_fast_is_not_preferred_and_is_ejected() {
    let (good, also) = (Server::answering("a").await, Server::answering("b").await);
    let bad = saying("500 Internal Server Error").await;
    let client = Client::of(&[&good, &bad, &also], Settings::default());
    for _ in 0..300 {
        client.call(get()).await.unwrap();
    }
    let failed = bad.requests().len();
    assert!((1..=5).contains(&failed), "{failed} of 300 went to it");
}

#[tokio::test]
async fn an_instance_that_never_answers_is_ejected_and_probed_by_one_call() {
    let good = Server::answering("ok").await;
    let stopped = Server::start(|mut peer| async move { peer.closed().await }).await;
    let settings = Settings {
        attempt_timeout: Some(Duration::from_millis(20)),
        ..Settings::default()
    };
    let client = Client::of(&[&good, &stopped], settings);
    let mut failed = 0;
    for _ in 0..200 {
        failed += u32::from(client.call(get()).await.is_err());
    }
    assert!((1..=5).contains(&failed), "{failed} of 200 went to it");
}

#[tokio::test]
async fn an_instance_that_asks_for_rest_has_it() {
    let good = Server::answering("ok").await;
    let busy = saying("503 Service Unavailable\r\nretry-after: 30").await;
    let client = Client::of(&[&good, &busy], Settings::default());
    for _ in 0..50 {
        client.call(get()).await.unwrap();
    }
    assert_eq!(busy.requests().len(), 1);
}

#[tokio::test]
async fn the_only_instance_is_called_whatever_it_answers() {
    let busy = saying("503 Service Unavailable\r\nretry-after: 30").await;
    let client = Client::of(&[&busy], Settings::default());
    for _ in 0..20 {
        client.call(get()).await.unwrap();
    }
    assert_eq!(busy.requests().len(), 20);
}

/// Instances start, are announced, are withdrawn and end, while eight callers call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_come_and_go_fail_no_call() {
    let first = Server::answering("ok").await;
    let client = Arc::new(Client::of(&[&first], Settings::default()));
    let (stop, called) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (client, stop, called) = (client.clone(), stop.clone(), called.clone());
            crate::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    client.call(get()).await.unwrap();
                    called.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut running = vec![first];
    for _ in 0..30 {
        running.push(Server::answering("ok").await);
        let goes = running.remove(0);
        let addresses: Vec<_> = running.iter().map(|server| server.address).collect();
        client.publish(&addresses);
        // It serves what it was given before it ends, as a service that is stopped does.
        let before = called.load(Ordering::Relaxed);
        until("others are called", || {
            called.load(Ordering::Relaxed) > before + 20
        })
        .await;
        until("it has nothing to do", || goes.open() == 0).await;
        drop(goes);
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
}
