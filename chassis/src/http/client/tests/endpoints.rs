//! Several instances: the round, dead ones, and changes under load.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::http::client::BalanceRule;

#[tokio::test]
async fn nobody_there_is_said_with_where_it_was_looked_for() {
    let client = Client::at(&[], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "orders has no reachable instance: none is known by a test"
    );
}

#[tokio::test]
async fn refused_is_said_with_the_address() {
    let address = nobody().await;
    let client = Client::at(&[address], Settings::default());
    let error = client.call(get()).await.unwrap_err();
    let said = error.to_string();
    let wanted = format!(
        "cannot connect to orders at {address}, after 3 attempts: retry.attempts allows no more"
    );
    assert_eq!(said, wanted);
    assert!(std::error::Error::source(error.inner()).is_some());
}

#[tokio::test]
async fn each_instance_has_its_turn() {
    let servers = [
        Server::answering("a").await,
        Server::answering("b").await,
        Server::answering("c").await,
    ];
    // By their calls: by their latencies, the one that a busy machine held up last waits for long.
    let mut settings = Settings::default();
    settings.policies.balance.rule = BalanceRule::LeastRequest;
    let client = Client::of(&servers.each_ref(), settings);
    for _ in 0..60 {
        client.get().await.unwrap();
    }
    for server in &servers {
        assert!(server.requests().len() > 5, "{}", server.requests().len());
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_dead_instance_fails_no_call() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    let addresses = [a.address, nobody().await, b.address];
    let client = Client::at(&addresses, Settings::default());
    for _ in 0..30 {
        client.call(post("{}")).await.unwrap();
    }
    assert_eq!(a.requests().len() + b.requests().len(), 30);
}

#[tokio::test]
async fn an_instance_that_hangs_up_before_the_request_fails_no_call() {
    let rude = Server::start(|peer| async move { peer.reset() }).await;
    let good = Server::answering("ok").await;
    let client = Client::of(&[&rude, &good], Settings::default());
    for _ in 0..20 {
        // Where the reset came after the request was written, it is a retry that mends it.
        let response = client.call(get()).await.unwrap();
        assert_eq!(&response.body()[..], b"ok");
    }
    assert!(good.requests().len() == 20);
}

#[tokio::test]
async fn an_instance_of_weight_zero_is_not_called() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    let client = Client::at(&[], Settings::default());
    client.publisher.publish(vec![
        Instance::new("orders", "a", a.address.into()),
        Instance::new("orders", "b", b.address.into()).with_weight(0),
    ]);
    for _ in 0..4 {
        assert_eq!(client.get().await.unwrap(), "a");
    }
}

#[tokio::test]
async fn an_instance_that_goes_is_let_go_and_the_others_keep_their_connections() {
    let (a, b) = (Server::answering("a").await, Server::answering("b").await);
    let client = Client::of(&[&a, &b], Settings::default());
    for _ in 0..20 {
        client.get().await.unwrap();
    }
    let before = a.requests().len();
    client.publish(&[b.address]);
    for _ in 0..4 {
        assert_eq!(client.get().await.unwrap(), "b");
    }
    until("closed", || a.open() == 0).await;
    assert_eq!(
        (a.requests().len(), b.requests().len()),
        (before, 24 - before)
    );
    assert!(before > 0);
    assert_eq!(b.connections(), 1);
}

#[tokio::test]
async fn a_lost_registry_changes_nothing() {
    let server = Server::answering("ok").await;
    let client = Client::of(&[&server], Settings::default());
    client.publisher.lost("connection refused");
    assert_eq!(client.get().await.unwrap(), "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_under_load_fail_no_call() {
    let servers = [
        Server::answering("a").await,
        Server::answering("b").await,
        Server::answering("c").await,
    ];
    let client = Arc::new(Client::of(&servers.each_ref(), Settings::default()));
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (client, stop) = (Arc::clone(&client), Arc::clone(&stop));
            crate::spawn(async move {
                let mut calls = 0;
                while !stop.load(Ordering::Relaxed) {
                    client.call(post("{}")).await.unwrap();
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    for round in 0..60 {
        let away = servers[round % 3].address;
        let all = servers.iter().map(|server| server.address);
        let some: Vec<_> = all.filter(|address| *address != away).collect();
        client.publish(&some);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    let seen: usize = servers.iter().map(|server| server.requests().len()).sum();
    assert!(calls > 60, "{calls}");
    assert_eq!(seen, calls);
}
