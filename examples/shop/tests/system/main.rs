//! The shop as a person would run it: the binary, its printed lines, real sockets, real signals.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a failed unwrap is a failed test; what runs is a process of its own, in real time"
)]

mod changes;
#[cfg(feature = "chaos")]
mod chaos;
mod collector;
mod hexagon;
mod listeners;
mod metrics;
mod orders;
mod shop;
mod shutdown;
mod tracing;
mod twice;
