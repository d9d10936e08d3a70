//! A microservice chassis: you write the domain behind ports, the chassis does everything that
//! every service needs.
//!
//! Without features this crate is the small core that a contract and a domain need:
//!
//! - [`Context`]: what travels with a call (trace, baggage, deadline, principal …);
//! - [`CallError`] and [`Problem`]: how a call fails, and how that crosses the wire;
//! - [`contract`] and [`mod@port`]: what `#[service]` and `#[port]` expand to.
//!
//! Feature `service` adds everything that a running service needs.

mod call;
mod error;
pub mod problem;

pub mod context;
pub mod contract;
pub mod port;

// What `service` brings: a running service.
#[cfg(feature = "service")]
pub mod admin;
#[cfg(feature = "service")]
mod app;
#[cfg(feature = "service")]
pub mod config;
#[cfg(feature = "service")]
pub mod discovery;
#[cfg(feature = "service")]
pub mod health;
#[cfg(feature = "service")]
pub mod http;
#[cfg(feature = "service")]
pub mod idempotency;
#[cfg(feature = "service")]
pub mod policy;
#[cfg(feature = "service")]
mod spawn;
// What `sqlite` brings: the SQL store.
#[cfg(feature = "sqlite")]
pub mod store;
#[cfg(feature = "service")]
pub mod telemetry;

// What `testing` brings: systems within a test.
#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "service")]
pub use app::{
    App, Chassis, Composition, ConfigSettings, DoctorSettings, FailOn, Finish, Listener, Listeners,
    OnePort, OnePortMethod, Place, PortPolicies, PortSettings, ProbeSettings, Running,
    StartSettings, Stop, StopSettings, Stopped, references,
};
#[cfg(feature = "chaos")]
pub use app::{ChaosSettings, FaultKind, FaultSettings};
pub use call::CallError;
#[cfg(feature = "sqlite")]
pub use chassis_macros::migrations;
pub use chassis_macros::{Problem, port, service};
pub use context::Context;
pub use contract::{Created, Item, Streaming};
pub use error::{Error, Result};
pub use problem::{Problem, ProblemDetails};
#[cfg(feature = "service")]
pub use spawn::spawn;
