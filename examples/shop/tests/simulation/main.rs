//! The shop on a simulated network: every host a service with its real edge, clients and policies,
//! under virtual time. Each scenario says what goes wrong and what the shop promises all the same.
//!
//! A scenario that fails prints its seed; `SIMULATION_SEED=SEED cargo test -p shop --test simulation
//! NAME` replays it, line by line. `cargo xtask soak simulation` runs all of them with seeds that
//! nobody has chosen.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed unwrap is a failed test; what is printed is seen with --nocapture"
)]

mod customers;
mod ports;
mod promises;
mod replay;
mod scenario;
mod scenarios;
mod shop;
