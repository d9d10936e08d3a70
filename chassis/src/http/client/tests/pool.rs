//! Connections: kept, closed, bounded.

use super::*;

#[tokio::test]
async fn a_connection_is_kept() {
    let server = Server::answering("ok").await;
    let client = Client::of(&[&server], Settings::default());
    for _ in 0..10 {
        assert_eq!(client.get().await.unwrap(), "ok");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_the_callee_closed_while_idle_fails_no_call() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.answer("ok").await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    for round in 1..=20 {
        assert_eq!(client.call(post("{}")).await.unwrap().status(), 200);
        // Closed on the server's side; whether our side has noticed yet is left to chance.
        until("closed", || server.open() == 0).await;
        assert_eq!(server.connections(), round);
    }
}

#[tokio::test]
async fn an_answer_that_says_close_is_believed() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn no_more_connections_than_allowed_are_open() {
    let server = Server::start(|mut peer| async move {
        while peer.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(2)).await;
            peer.answer("ok").await;
        }
    })
    .await;
    let settings = Settings {
        max_connections: 3,
        ..Settings::default()
    };
    let client = Arc::new(Client::of(&[&server], settings));
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let client = Arc::clone(&client);
            crate::spawn(async move { client.get().await.unwrap() })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "ok");
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn those_who_wait_for_a_connection_are_bounded_too() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.closed().await;
    })
    .await;
    let settings = Settings {
        max_connections: 1,
        max_waiting: 1,
        total_timeout: Duration::from_secs(1),
        ..Settings::default()
    };
    let client = Arc::new(Client::of(&[&server], settings));
    let call = || {
        let client = Arc::clone(&client);
        crate::spawn(async move { client.get().await.unwrap_err() })
    };
    let mut calls = vec![call()];
    until("called", || server.requests().len() == 1).await;
    // One of these waits, the others find the line full.
    calls.extend((0..4).map(|_| call()));
    let (mut late, mut refused) = (0, 0);
    for call in calls {
        let error = call.await.unwrap();
        let said = error.to_string();
        match error {
            CallError::Timeout { .. } => late += 1,
            CallError::Overloaded { .. } => refused += 1,
            other => panic!("{other:?}"),
        }
        assert!(
            said.contains("within 1s") || said.contains("raise client.orders.max_connections"),
            "{said}"
        );
    }
    assert_eq!((late, refused), (2, 3));
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let call = client.transport.call(get());
    tokio::select! {
        _ = call => panic!("nobody answers"),
        () = until("called", || server.requests().len() == 1) => {}
    }
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn a_call_that_is_dropped_in_the_body_closes_its_connection() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await;
        peer.closed().await;
    })
    .await;
    let client = Client::of(&[&server], Settings::default());
    let call = tokio::time::timeout(Duration::from_millis(50), client.transport.call(get()));
    assert!(call.await.is_err());
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_time() {
    let server = Server::answering("ok").await;
    let settings = Settings {
        idle_timeout: Duration::from_millis(50),
        ..Settings::default()
    };
    let client = Client::of(&[&server], settings);
    client.get().await.unwrap();
    assert_eq!(server.open(), 1);
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn an_old_connection_is_not_used_again() {
    let server = Server::answering("ok").await;
    let settings = Settings {
        max_age: Duration::ZERO,
        ..Settings::default()
    };
    let client = Client::of(&[&server], settings);
    for _ in 0..3 {
        client.get().await.unwrap();
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_client_that_is_dropped_closes_its_connections() {
    let server = Server::answering("ok").await;
    let client = Client::of(&[&server], Settings::default());
    client.get().await.unwrap();
    drop(client);
    until("closed", || server.open() == 0).await;
}
