//! The policies of a port on the admin listener: how they stand, and what a person forces.

use std::sync::{Arc, OnceLock};

use chassis::testing::System;
use chassis::{App, CallError, Listener, port, service};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::wire::send;

/// Where letters lie.
#[port]
trait Letters {
    /// How many there are.
    #[idempotent]
    async fn count(&self) -> Result<u32, CallError>;
}

struct Box7;

impl Letters for Box7 {
    async fn count(&self) -> Result<u32, CallError> {
        Ok(3)
    }
}

/// What the admin listener answers to a request with the token, asked from another thread.
async fn ask(
    system: &System,
    method: &'static str,
    path: &'static str,
    body: Value,
) -> (u16, String) {
    let admin = system.listeners().of(Listener::Admin).next().unwrap();
    let admin = admin.trim_start_matches("http://").to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let headers = [
            ("authorization", "Bearer open-sesame-1234"),
            ("content-type", "application/json"),
        ];
        send(&admin, method, path, &headers, &body.to_string())
    });
    asked.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_breaker_of_an_own_port_is_forced_by_hand_and_let_go_again() {
    let made: Arc<OnceLock<Arc<dyn Letters>>> = Arc::default();
    let kept = Arc::clone(&made);
    let service = move |app: App| async move {
        let _ = kept.set(app.adapt::<dyn Letters>(Box7));
        Ok(())
    };
    let system = System::of("post", service)
        .config("admin.token = 'open-sesame-1234'\n[port.letters.bulkhead]\nmax_calls = 9\n")
        .listening();
    let system = system.start().await.unwrap();
    let letters = made.get().unwrap();
    assert_eq!(letters.count().await.unwrap(), 3);

    let (status, shown) = ask(&system, "GET", "/admin/ports", Value::Null).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let policies = &shown["ports"][0]["policies"]["stack"];
    assert_eq!(
        (status, &policies["breaker"]),
        (200, &"closed".into()),
        "{shown}"
    );
    assert_eq!(
        (&policies["limit"], &policies["in_flight"]),
        (&9.into(), &0.into())
    );

    let order = |what: &str| json!({ "port": "letters", "do": what });
    let (status, shown) = ask(&system, "POST", "/admin/policy", order("open")).await;
    assert!(status == 200 && shown.contains("forced open"), "{shown}");
    let error = letters.count().await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::BreakerOpen {
                retry_after: None,
                ..
            }
        ),
        "{error:?}"
    );

    let (status, shown) = ask(&system, "POST", "/admin/policy", order("reset")).await;
    assert!(
        status == 200 && shown.contains("somebody reset it"),
        "{shown}"
    );
    assert_eq!(letters.count().await.unwrap(), 3);

    let (status, page) = ask(
        &system,
        "GET",
        "/admin/port?port=post/out/letters",
        Value::Null,
    )
    .await;
    assert_eq!(status, 200);
    assert!(
        page.contains("<tr><th>breaker</th><td>closed</td></tr>"),
        "{page}"
    );
    for part in [
        "data-do=\"reset\"",
        "somebody reset it",
        "<code>port.letters.bulkhead.max_calls</code>",
    ] {
        assert!(page.contains(part), "`{part}` is not in: {page}");
    }
}

/// Where things are kept.
#[service(version = "1")]
trait Depot {
    /// How many there are.
    #[get("/stock")]
    async fn stock(&self) -> Result<u32, CallError>;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_and_who_is_dead_are_named() {
    // One takes connections and says nothing; at the other nobody listens.
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hangs = hanging.local_addr().unwrap();
    let gone = dead.local_addr().unwrap();
    drop(dead);
    let made: Arc<OnceLock<Arc<dyn Depot>>> = Arc::default();
    let kept = Arc::clone(&made);
    let service = move |app: App| async move {
        let _ = kept.set(app.client::<dyn Depot>()?);
        Ok(())
    };
    let url = format!("client.depot.url = 'static:{hangs},{gone}'\n");
    let system = System::of("shop", service)
        .config(url + "admin.token = 'open-sesame-1234'\nclient.depot.limit.enabled = true\n")
        .listening();
    let system = system.start().await.unwrap();
    let depot = made.get().unwrap();
    for _ in 0..30 {
        let depot = Arc::clone(depot);
        chassis::spawn(async move { depot.stock().await });
    }
    let avoided = format!("<td>{hangs}: has answered none of ");
    let ejected = format!("<tr><th>ejected</th><td>{gone}: ");
    let page = "/admin/port?port=shop/out/depot";
    let asked = async {
        loop {
            let (_, page) = ask(&system, "GET", page, Value::Null).await;
            if page.contains(&avoided) && page.contains(&ejected) {
                return page;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let page = tokio::time::timeout(std::time::Duration::from_secs(20), asked);
    let page = page.await.expect("both are named");
    assert!(page.contains(" at once</td>"), "{page}");
    let (_, shown) = ask(&system, "GET", "/admin/ports", Value::Null).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let all = &shown["ports"][0]["policies"]["endpoints"]["instances"];
    // Who is ejected stands first.
    assert_eq!(all[0]["address"], gone.to_string(), "{shown}");
    assert!(all[1]["silent_ms"].as_u64() >= Some(1_000), "{shown}");
}
