//! A health check of one's own.

use chassis::testing::System;

// ANCHOR: recipe
use std::path::Path;

use chassis::{App, Error};

async fn service(app: App) -> chassis::Result {
    app.check("spool", || async {
        match Path::new("/var/spool/letters").is_dir() {
            true => Ok(()),
            false => Err(Error::unavailable("/var/spool/letters is not there")),
        }
    })
    // Shown on the admin page, but no reason to take the service out of traffic.
    .optional();
    Ok(())
}
// ANCHOR_END: recipe

#[tokio::test(start_paused = true)]
async fn an_optional_check_that_fails_is_no_reason_not_to_be_ready() {
    let system = System::of("letters", service).start().await.unwrap();
    assert!(system.health().is_ready());
}
