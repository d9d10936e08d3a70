//! The recipes of the book: what stands between the anchors is shown there, the rest proves it.
#![allow(
    clippy::unwrap_used,
    reason = "a failed test; clippy knows only functions marked as tests"
)]

mod around_reqwest;
mod axum_inside;
mod inside_axum;
mod job;
mod own_check;
mod own_layer;
mod own_metrics;
mod own_registry;
mod port;
mod testing;

use chassis::{CallError, service};

#[service(version = "1")]
trait Greeter {
    #[get("/greetings/{name}")]
    async fn greet(&self, name: String) -> Result<String, CallError>;
}

struct English;

impl Greeter for English {
    async fn greet(&self, name: String) -> Result<String, CallError> {
        Ok(format!("Hello, {name}!"))
    }
}
