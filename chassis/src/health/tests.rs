use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

use super::*;
use crate::Error;

const SETTINGS: fn() -> HealthSettings = HealthSettings::default;

fn started() -> Health {
    let health = Health::new(crate::context::Env::seeded(1));
    health.advance(Stage::Running);
    health
}

fn watch(health: &Health) -> Watch {
    health.watch(SETTINGS(), &Handle::current(), &Handle::current())
}

#[tokio::test(start_paused = true)]
async fn a_process_without_checks_is_ready_once_started_and_not_while_stopping() {
    let health = Health::new(crate::context::Env::seeded(1));
    assert!(!health.is_ready());
    health.advance(Stage::Running);
    assert!(health.is_ready());
    health.advance(Stage::Stopping);
    health.advance(Stage::Running);
    assert!(!health.is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_required_check_holds_readiness_until_it_is_up_and_again_when_it_goes_down() {
    let health = started();
    let up = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&up);
    health.check("store", move || {
        let up = asked.load(Ordering::SeqCst);
        async move {
            if up {
                Ok(())
            } else {
                Err(Error::unavailable("no store"))
            }
        }
    });
    let _watch = watch(&health);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!health.is_ready());
    assert_eq!(health.report()[0].failure.as_deref(), Some("no store"));

    up.store(true, Ordering::SeqCst);
    tokio::time::timeout(Duration::from_secs(2), health.wait())
        .await
        .unwrap();
    assert!(health.is_ready());

    up.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(!health.is_ready());
}

#[tokio::test(start_paused = true)]
async fn an_optional_check_never_changes_readiness() {
    let health = started().component("orders");
    health
        .check("mail", || async { Err(Error::unavailable("no mail")) })
        .optional();
    assert!(health.is_ready());
    let _watch = watch(&health);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(health.is_ready());
    let report = &health.report()[0];
    assert_eq!(
        (report.component.as_str(), report.state),
        ("orders", CheckState::Down)
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_that_hangs_or_panics_is_down_and_holds_no_other_up() {
    let health = started();
    health.check("hangs", std::future::pending::<crate::Result>);
    health.check("panics", || async { panic!("boom") });
    health.check("good", || async { Ok(()) });
    let _watch = watch(&health);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let states: Vec<_> = health.report().iter().map(|check| check.state).collect();
    assert_eq!(states, [CheckState::Down, CheckState::Down, CheckState::Up]);
    assert_eq!(
        health.report()[0].failure.as_deref(),
        Some("no answer within 2s")
    );
}

#[tokio::test(start_paused = true)]
async fn checks_end_with_their_watch() {
    let health = started();
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    health.check("counted", move || {
        count.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    let watch = watch(&health);
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    drop(watch);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[test]
fn a_blocked_runtime_misses_its_heartbeat() {
    let serving = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let timing = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let health = Health::new(crate::context::Env::system());
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    serving.spawn(async move { blocked.recv() });
    timing.block_on(async {
        let _watch = health.watch(SETTINGS(), &Handle::current(), serving.handle());
        tokio::time::timeout(Duration::from_secs(10), async {
            while health.still_for() < Duration::from_millis(1_200) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            release.send(()).unwrap();
            while health.still_for() > Duration::from_millis(600) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await
        .unwrap();
    });
}
