//! Health: whether the process lives, has started and is ready, answered from atomics.
//!
//! [`Health`] is the handle of one component; all components of a process share one state. Checks
//! run in the background ([`Health::watch`]): side by side, each within its own limit. A required
//! check that is down makes the process not ready, never not live. Liveness is a heartbeat of the
//! runtime that serves ([`Health::beat`]) and touches no dependency.

mod check;
mod schedule;
mod settings;
mod state;

#[cfg(test)]
mod tests;

pub use check::{Check, CheckReport, CheckState};
pub use schedule::Watch;
pub use settings::HealthSettings;
pub use state::{Health, Stage};
