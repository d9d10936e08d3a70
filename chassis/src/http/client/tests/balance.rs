//! Who gets the call: slow, failing and resting instances; instances that come and go under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::context::Principal;
use crate::http::client::BalanceRule;

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
        attempt_timeout: Some(Duration::from_millis(250)),
        ..Settings::default()
    };
    let client = Client::of(&[&good, &stopped], settings);
    for _ in 0..200 {
        client.call(get()).await.unwrap();
    }
    let called = stopped.connections();
    assert!((1..=5).contains(&called), "{called} of 200 went to it");
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
async fn who_refuses_what_is_too_much_is_neither_left_out_nor_left_alone() {
    let busy = saying("503 Service Unavailable\r\nretry-after: 30\r\nretry: exhausted").await;
    let also = saying("503 Service Unavailable\r\nretry-after: 30\r\nretry: exhausted").await;
    let client = Client::of(&[&busy, &also], Settings::default());
    for _ in 0..60 {
        let answer = client.call(get()).await.unwrap();
        assert_eq!(answer.status(), 503);
    }
    let asked = busy.requests().len() + also.requests().len();
    assert_eq!(asked, 60, "no breaker, no ejection, no other attempt");
    let good = Server::answering("ok").await;
    let client = Client::of(&[&busy, &good], Settings::default());
    for _ in 0..60 {
        client.call(get()).await.unwrap();
    }
    let good = good.requests().len();
    assert!(good > 40, "{good} of 60 went where there is time");
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

/// Settings of a client whose calls belong together by this key.
fn keyed(key: &str) -> Settings {
    let mut settings = Settings::default();
    settings.policies.balance.rule = BalanceRule::Maglev;
    settings.policies.balance.hash_policy = key.to_owned();
    settings
}

#[tokio::test]
async fn calls_of_one_key_go_to_one_instance() {
    let servers = [
        Server::answering("a").await,
        Server::answering("b").await,
        Server::answering("c").await,
    ];
    for key in [
        "parameter:id",
        "parameter:q",
        "header:x-tenant",
        "principal",
    ] {
        let client = Client::of(&servers.each_ref(), keyed(key));
        let mut instances = std::collections::BTreeSet::new();
        for number in 0..40 {
            let mut owners = std::collections::BTreeSet::new();
            for _ in 0..5 {
                let mut call = get();
                call.target = format!("/v1/orders/{number}?p=1&q={number}");
                let tenant = format!("tenant-{number}").parse().unwrap();
                call.headers.insert("x-tenant", tenant);
                let who = Principal::new(format!("customer-{number}"), [""; 0]);
                let context = crate::Context::default().with_principal(who);
                let answer = context.scope(client.call(call)).await.unwrap();
                owners.insert(answer.into_body());
            }
            assert_eq!(owners.len(), 1, "{key}: {owners:?}");
            instances.extend(owners);
        }
        assert_eq!(instances.len(), 3, "{key}: each has its part");
    }
}

#[tokio::test]
async fn calls_without_the_key_are_balanced_by_load() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    let client = Client::of(&[&a, &b], keyed("header:x-tenant"));
    for _ in 0..30 {
        client.get().await.unwrap();
    }
    assert!(!a.requests().is_empty() && !b.requests().is_empty());
}

#[tokio::test]
async fn duplicates_are_one_instance() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    // By their calls, not by how long a busy machine lets one of them wait.
    let mut settings = Settings::default();
    settings.policies.balance.rule = BalanceRule::LeastRequest;
    let client = Client::at(&[], settings);
    let instance = |id: usize, server: &Server| {
        Instance::new("orders", format!("{id}"), server.address.into())
    };
    let mut many: Vec<_> = (0..500).map(|id| instance(id, &a)).collect();
    many.push(instance(500, &b));
    client.publisher.publish(many);
    for _ in 0..40 {
        client.get().await.unwrap();
    }
    assert!(
        b.requests().len() > 5,
        "half of the calls, not a part in 500"
    );
    assert_eq!(client.transport.endpoints().view().0.len(), 2);
}

#[tokio::test]
async fn of_a_hundred_thousand_instances_ten_thousand_are_used() {
    let client = Client::at(&[], Settings::default());
    let instances = (0..100_000_u32).map(|index| {
        let [_, a, b, c] = index.to_be_bytes();
        let address = SocketAddr::from(([127, a, b, c], 1));
        Instance::new("orders", index.to_string(), address.into())
    });
    client.publisher.publish(instances.collect());
    assert_eq!(client.transport.endpoints().view().0.len(), 10_000);
}

#[tokio::test]
async fn who_is_left_out_by_hand_gets_nothing_until_he_is_taken_back() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    let client = Client::of(&[&a, &b], Settings::default());
    let endpoints = client.transport.endpoints();
    let address = a.address.to_string();
    assert!(!endpoints.by_hand("127.0.0.1:1", Some(PATIENCE)));
    assert!(endpoints.by_hand(&address, Some(PATIENCE)));
    for _ in 0..20 {
        assert_eq!(client.get().await.unwrap(), "b");
    }
    let (view, is_panicking) = endpoints.view();
    let ejected: Vec<_> = view.iter().filter(|one| one.ejected.is_some()).collect();
    assert!(matches!(ejected[..], [one] if one.address == address) && !is_panicking);
    assert!(endpoints.by_hand(&address, None));
    let mut answers = Vec::new();
    for _ in 0..200 {
        answers.push(client.get().await.unwrap());
    }
    assert!(answers.contains(&"a".to_owned()));
}

/// One call at a time for each instance.
fn one_at_a_time() -> Settings {
    let mut settings = Settings::default();
    let limit = &mut settings.policies.limit;
    limit.enabled = true;
    (limit.min_concurrency, limit.max_concurrency) = (1, 1);
    settings.policies.balance.rule = BalanceRule::RoundRobin;
    settings
}

#[tokio::test]
async fn who_has_as_many_calls_as_it_answers_in_time_is_passed_over() {
    let held = Server::start(|mut peer| async move {
        peer.request().await;
        peer.closed().await;
    })
    .await;
    let good = Server::answering("ok").await;
    let alone = Client::of(&[&held], one_at_a_time());
    let mut waits = std::pin::pin!(alone.call(get()));
    while held.requests().is_empty() {
        tokio::select! {
            _ = &mut waits => panic!("nobody answers"),
            () = tokio::task::yield_now() => {}
        }
    }
    let refused = alone.call(get()).await.unwrap_err();
    assert!(matches!(refused, CallError::Overloaded { .. }), "{refused}");
    assert_eq!(held.requests().len(), 1, "nothing was sent");
    let both = Client::of(&[&held, &good], one_at_a_time());
    let call = || both.call(get());
    let mut waits = std::pin::pin!(call());
    while held.requests().len() < 2 {
        tokio::select! {
            answer = &mut waits => {
                answer.unwrap();
                waits.set(call());
            }
            () = tokio::task::yield_now() => {}
        }
    }
    for _ in 0..20 {
        both.call(get()).await.unwrap();
    }
    assert_eq!(held.requests().len(), 2);
}
