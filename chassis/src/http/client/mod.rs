//! The client's side of HTTP: [`HttpTransport`] carries the calls of one contract to the instances
//! of a service.
//!
//! Read `call.rs` from top to bottom: it is one call, in the order of its steps, with the places
//! where policies go. Below it lie the endpoints that discovery knows (`endpoints.rs`), which of
//! them is next (`balance.rs`), and the pool of connections that each has (`pool.rs`, `dial.rs`).
//!
//! An answer that streams (`incoming.rs`) keeps its connection, and its slot, until it is over.
//!
//! HTTP/1.1 over plain TCP; one call at a time on a connection. Dropping a call's future closes its
//! connection, which is how the callee learns that nobody waits any more.

mod answer;
mod balance;
mod call;
mod dial;
mod endpoints;
mod fault;
mod incoming;
mod layer;
mod limit;
mod observe;
mod pool;
mod settings;
mod target;
mod transport;

#[cfg(test)]
mod tests;

pub use layer::{ClientTelemetry, ClientTelemetryFuture, ClientTelemetryLayer};
pub(crate) use observe::Methods as Observed;
pub use settings::{ClientSettings, OneClient, Settings};
pub use target::{Remote, Target};
pub use transport::HttpTransport;
