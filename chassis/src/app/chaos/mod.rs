//! Chaos: section `[chaos]`, and experiments (`BIN chaos EXPERIMENT.toml`). A build without cargo
//! feature `chaos` has neither, and says so where one is asked for.

#[cfg(not(feature = "chaos"))]
mod disabled;
#[cfg(feature = "chaos")]
mod enabled;
#[cfg(feature = "chaos")]
mod experiment;
#[cfg(feature = "chaos")]
mod settings;

#[cfg(not(feature = "chaos"))]
pub(super) use disabled::{Switch, experiment, reference};
#[cfg(feature = "chaos")]
pub(super) use enabled::{Switch, reference};
#[cfg(feature = "chaos")]
pub(super) use experiment::run as experiment;
#[cfg(feature = "chaos")]
pub use settings::{ChaosSettings, FaultKind, FaultSettings};
