//! How many connections there are, and how each ends.

use super::*;

#[tokio::test]
async fn more_connections_are_opened_where_one_takes_no_more_calls() {
    let mut settings = h2::server::Builder::new();
    settings.max_concurrent_streams(4);
    let callee = Callee::answering(settings, |_, _, respond, seen| async move {
        // Nobody is answered before all are there.
        until("all there", || seen.requests.load(Ordering::SeqCst) >= 12).await;
        say(respond, "ok");
    })
    .await;
    let client = client(&[&callee], h2());
    for ended in at_once(&client, 12).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    assert_eq!(callee.count(|seen| &seen.connections), 3);
}

#[tokio::test]
async fn who_finds_every_connection_full_waits_in_line() {
    let mut settings = h2::server::Builder::new();
    settings.max_concurrent_streams(2);
    let callee = Callee::answering(settings, |_, _, respond, _| async move {
        tokio::time::sleep(Duration::from_millis(2)).await;
        say(respond, "ok");
    })
    .await;
    let settings = Settings {
        max_connections: 2,
        ..h2()
    };
    let client = client(&[&callee], settings);
    for ended in at_once(&client, 50).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    assert_eq!(callee.count(|seen| &seen.connections), 2);
}

#[tokio::test]
async fn what_a_goaway_left_out_is_sent_again_whatever_its_method() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |number, mut connection, seen| async move {
            let mut served = 0;
            while let Some(Ok((_, respond))) = connection.accept().await {
                seen.requests.fetch_add(1, Ordering::SeqCst);
                say(respond, "ok");
                served += 1;
                if served == 2 && number < 3 {
                    connection.graceful_shutdown();
                }
            }
        },
    )
    .await;
    let client = client(&[&callee], h2());
    for _ in 0..8 {
        assert_eq!(client.call(post("{}")).await.unwrap().status(), 200);
    }
    assert_eq!(callee.count(|seen| &seen.requests), 8);
    assert_eq!(callee.count(|seen| &seen.connections), 4);
}

#[tokio::test]
async fn a_callee_that_only_goes_away_is_given_up_soon() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |_, mut connection, _| async move {
            connection.abrupt_shutdown(Reason::NO_ERROR);
            drop(connection.accept().await);
        },
    )
    .await;
    let client = client(&[&callee], h2());
    client.call(post("{}")).await.unwrap_err();
    let dialled = callee.count(|seen| &seen.connections);
    assert!(dialled <= 8, "{dialled}");
}

#[tokio::test]
async fn a_connection_whose_other_end_is_gone_is_noticed() {
    let callee = Callee::start(
        h2::server::Builder::new(),
        |number, mut connection, seen| async move {
            while let Some(Ok((_, respond))) = connection.accept().await {
                let served = seen.requests.fetch_add(1, Ordering::SeqCst);
                if number == 0 && served == 1 {
                    // From here on nothing is read and nothing written, also no answer to a PING.
                    return std::future::pending().await;
                }
                say(respond, "ok");
            }
        },
    )
    .await;
    let settings = Settings {
        ping_interval: Duration::from_millis(200),
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    let error = client.call(post("{}")).await.unwrap_err();
    assert_eq!(kind(&error), "interrupted", "{error:?}");
    assert_eq!(client.get().await.unwrap(), "ok");
    assert_eq!(callee.count(|seen| &seen.connections), 2);
}

#[tokio::test]
async fn an_old_connection_is_replaced_while_its_calls_go_on() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let settings = Settings {
        max_age: Duration::ZERO,
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    until("replaced", || callee.count(|seen| &seen.connections) >= 2).await;
    for ended in at_once(&client, 40).await {
        assert_eq!(ended.unwrap(), "ok");
    }
    until("closed", || callee.count(|seen| &seen.open) <= 1).await;
}

#[tokio::test]
async fn an_idle_connection_of_many_calls_is_closed_in_time() {
    let callee = Callee::answering(h2::server::Builder::new(), ok).await;
    let settings = Settings {
        idle_timeout: Duration::from_millis(50),
        ..h2()
    };
    let client = client(&[&callee], settings);
    client.get().await.unwrap();
    until("closed", || callee.count(|seen| &seen.open) == 0).await;
    assert_eq!(client.get().await.unwrap(), "ok");
}
