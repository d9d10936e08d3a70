//! Work beside the calls: once a period, and for as long as the service runs.

use chassis::testing::System;

// ANCHOR: recipe
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use chassis::App;

async fn service(app: App, swept: Arc<AtomicU32>) -> chassis::Result {
    app.every("sweep", Duration::from_secs(60), move || {
        swept.fetch_add(1, Relaxed);
        async { /* removes what is old */ }
    });
    app.spawn("reader", |stop| async move {
        // Reads until the service stops; the stop waits, within `stop.rest`.
        stop.requested().await;
    });
    Ok(())
}
// ANCHOR_END: recipe

#[tokio::test(start_paused = true)]
async fn it_runs_once_a_period_and_ends_with_the_service() {
    let swept = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&swept);
    let composed = move |app| service(app, counted);
    let system = System::of("sweeper", composed).start().await.unwrap();
    tokio::time::sleep(Duration::from_secs(150)).await;
    assert!((2..=4).contains(&swept.load(Relaxed)), "{swept:?}");
    assert!(system.stop().await.is_clean());
}
