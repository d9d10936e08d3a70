//! [`Client`]: calls by URL, to services that have no contract here.
//!
//! What reqwest's users expect, over the same pool and the same policies as a contract's calls:
//!
//! ```no_run
//! # async fn pay(app: chassis::App) -> Result<(), Box<dyn std::error::Error>> {
//! #[derive(serde::Deserialize)]
//! struct Charge {
//!     id: String,
//! }
//!
//! // [client.payments-api]
//! // url = "https://api.payments.example/v1"
//! let payments = app.http("payments-api")?;
//! let charge: Charge = payments
//!     .post("/charges")
//!     .bearer_auth("token")
//!     .idempotency_key("order-42")
//!     .json(&serde_json::json!({ "amount": 4200, "currency": "eur" }))
//!     .send()
//!     .await?
//!     .error_for_status()?
//!     .json()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! `client.rs` is where it leads, `request.rs` and `response.rs` what a user holds, `redirect.rs`
//! which of a server's words are followed, `encoding/` what is done with compressed ones, `verbs.rs` the contract that stands for all of HTTP.

mod client;
mod encoding;
mod redirect;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod verbs;

pub use client::Client;
pub use request::RequestBuilder;
pub use response::Response;
pub(super) use verbs::with_keyed;
