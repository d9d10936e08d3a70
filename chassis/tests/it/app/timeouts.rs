//! Methods that may outlast a stop.

use chassis::App;
use chassis::testing::System;

use super::press;

async fn idle(_: App) -> chassis::Result {
    Ok(())
}

/// The messages of the warnings of a start with this `stop.drain`, and who said them.
async fn warnings(drain: &str) -> Vec<(String, String)> {
    let system = System::compose("house")
        .with("idle", idle)
        .with("press", press)
        .set("stop.drain", drain)
        .start()
        .await
        .unwrap();
    let lines = system.captured().lines();
    assert!(system.stop().await.is_clean());
    let warnings = lines.iter().filter(|line| line.level() == "WARN");
    warnings
        .map(|line| (line.service().to_owned(), line.message().to_owned()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_method_that_may_outlast_a_stop_is_said_at_the_start() {
    let said = warnings("15s").await;
    let [(service, message)] = &said[..] else {
        panic!("not one warning: {said:?}");
    };
    assert_eq!(service, "press");
    for word in ["press.book", "30s", "15s", "cut off", "set stop.drain"] {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_waits_as_long_as_every_method_is_fine() {
    assert_eq!(warnings("30s").await, []);
}
