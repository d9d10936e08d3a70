//! Behaviour of the public API, one binary with a module a concern.
#![allow(
    clippy::unwrap_used,
    reason = "a failed test; clippy knows only functions marked as tests"
)]

// Composing, as tests see it.
#[cfg(feature = "testing")]
mod app;
// The settings of all that there is.
#[cfg(feature = "sqlite")]
mod book;
// Calls over sockets.
#[cfg(feature = "service")]
mod client;
mod contract;
// What answers when a call has failed.
#[cfg(feature = "testing")]
mod fallback;
// Policies around own ports.
#[cfg(feature = "testing")]
mod guarded;
// A server on a socket, and its time.
#[cfg(feature = "service")]
mod edge;
// Calls by URL.
#[cfg(feature = "testing")]
mod http_client;
// Layers in programs of others.
#[cfg(feature = "service")]
mod layers;
// Services as processes: the examples.
#[cfg(all(feature = "sqlite", feature = "testing"))]
mod lifecycle;
// Idempotency keys.
#[cfg(feature = "service")]
mod once;
// Fakes and time that a test holds.
#[cfg(feature = "testing")]
mod port;
// A configuration that changes.
#[cfg(all(feature = "sqlite", feature = "testing"))]
mod reload;
// Answers that come item by item.
#[cfg(feature = "testing")]
mod simulated;
mod streaming;
// Services within the test.
#[cfg(feature = "testing")]
mod system;
// What is generated says the settings of all that there is.
#[cfg(feature = "sqlite")]
mod template;
