//! A running service: composition, start, supervision, stop.
//!
//! Start at [`Chassis`]: it owns the process. A composition root gets an [`App`], with which it
//! says what it serves, needs and does. `boot` reads the command line and the configuration,
//! `start` and `stop` are the two orders of a service's life, `guard` ends it whatever hangs.

#[expect(
    clippy::module_inception,
    reason = "the type of the folder's name has its own file"
)]
mod app;
mod ask;
mod boot;
mod chaos;
mod chassis;
mod clients;
mod component;
mod compose;
mod desk;
mod doctor;
mod embed;
mod foreign;
mod guard;
mod keys;
mod listeners;
mod live;
mod names;
mod phase;
mod place;
mod plain;
mod ports;
mod print;
mod probe;
mod reference;
mod register;
mod reload;
mod run;
mod running;
mod runtimes;
mod screen;
mod settings;
mod side;
mod split;
mod start;
mod stop;
mod tasks;
mod timeouts;
mod unknown;

// `app.sql()` and `app.migrate(…)`.
#[cfg(feature = "sqlite")]
mod sql;

// What `chassis::testing` starts systems by.
#[cfg(feature = "testing")]
mod testing;

pub use app::App;
#[cfg(feature = "chaos")]
pub use chaos::{ChaosSettings, FaultKind, FaultSettings};
pub use chassis::{Chassis, Composition};
pub use doctor::{DoctorSettings, FailOn};
pub use listeners::{Listener, Listeners};
pub use place::Place;
pub use ports::{OnePort, OnePortMethod, PortPolicies, PortSettings};
pub use reference::references;
pub use reload::ConfigSettings;
pub use running::Running;
pub use settings::{ProbeSettings, StartSettings, StopSettings};
#[cfg(feature = "testing")]
pub(crate) use start::Opens;
pub use stop::Stopped;
pub use tasks::{Finish, Stop};
#[cfg(feature = "testing")]
pub(crate) use testing::TestPlan;
