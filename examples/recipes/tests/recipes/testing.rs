//! A whole service within a test.

use super::{English, Greeter};

// ANCHOR: recipe
use chassis::App;
use chassis::testing::System;

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn Greeter>(English);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_greeting_is_one_trace() {
    let system = System::of("greeter", service).start().await.unwrap();
    // By the contract …
    let greeter = system.client::<dyn Greeter>();
    assert_eq!(
        greeter.greet("Ada".to_owned()).await.unwrap(),
        "Hello, Ada!"
    );
    // … and as a stranger asks.
    assert_eq!(system.get("/nowhere").await.status(), 404);
    let answer = system.get("/v1/greetings/Ada").await;
    assert_eq!(&answer.body()[..], b"\"Hello, Ada!\"");
    // What was recorded is at hand.
    let span = system.captured().span_named("GET /v1/greetings/{name}");
    assert!(span.is_some());
    assert!(system.stop().await.is_clean());
}
// ANCHOR_END: recipe
