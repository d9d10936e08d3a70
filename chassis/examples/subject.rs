//! The subject of the lifecycle's tests: a service that can be made to misbehave.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use chassis::{App, Chassis, Error};

/// Section `[subject]`.
#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Subject {
    /// A task that never stops.
    stuck_task: bool,
    /// A required check that is never up.
    away: bool,
    /// An optional check that is never up.
    lame: bool,
    /// Composing panics.
    panics: bool,
    /// What the service holds can't be dropped.
    stuck_drop: bool,
    /// Section `[needs]`, which has no defaults, is asked for.
    needs: bool,
    /// Nothing: to be listed.
    word: String,
}

/// Section `[needs]`.
#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Needs {
    /// Where the warehouse is.
    warehouse: String,
}

async fn service(app: App) -> chassis::Result {
    let subject = app.config::<Subject>("subject")?;
    assert!(!subject.panics, "told to panic");
    if subject.needs {
        app.config::<Needs>("needs")?;
    }
    if subject.stuck_task {
        app.spawn("stuck", |_| std::future::pending::<()>());
    }
    if subject.away {
        app.check("warehouse", || async {
            Err(Error::unavailable("nobody there"))
        });
    }
    if subject.lame {
        app.check("lame", || async { Err(Error::unavailable("nobody there")) })
            .optional();
    }
    if subject.stuck_drop {
        let stuck = Arc::new(Stuck);
        app.merge(Router::new().route("/stuck", get(async move || drop(stuck.clone()))));
    }
    app.merge(
        Router::new()
            .route("/hello", get(async || "hello\n"))
            .route("/slow/{ms}", get(slow))
            .route("/hang", get(std::future::pending::<String>))
            .route("/panic", get(panic))
            .route("/block", get(block))
            .route("/block/{ms}", get(block_a_while)),
    );
    Ok(())
}

/// Hangs for good where it is dropped: on the thread that stops the service.
struct Stuck;

impl Drop for Stuck {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

async fn slow(Path(ms): Path<u64>) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "slow\n"
}

/// Blocks every worker of the runtime, as code does that waits where it must not.
async fn block() -> &'static str {
    let workers = tokio::runtime::Handle::current().metrics().num_workers();
    for _ in 0..workers {
        chassis::spawn(async { std::thread::park() });
    }
    "blocking\n"
}

/// The same, for a time.
async fn block_a_while(Path(ms): Path<u64>) -> &'static str {
    let workers = tokio::runtime::Handle::current().metrics().num_workers();
    for _ in 0..workers {
        chassis::spawn(async move { std::thread::sleep(Duration::from_millis(ms)) });
    }
    "blocking\n"
}

async fn panic() -> &'static str {
    panic!("a secret of the handler")
}

fn main() -> ExitCode {
    Chassis::new("subject")
        .version(env!("CARGO_PKG_VERSION"))
        .run(service)
}
