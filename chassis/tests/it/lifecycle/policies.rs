//! The policies of an own port on the admin listener: how they stand, and what a person forces.

use std::sync::{Arc, OnceLock};

use chassis::testing::System;
use chassis::{App, CallError, Listener, port};
use serde_json::{Value, json};

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
