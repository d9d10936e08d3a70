//! Logs: the user's events by `tracing`, and one access-log line a request.
//!
//! - [`joined`]: a layer of `tracing` that writes events as lines and joins spans and events to the
//!   trace of the current [`Context`](crate::Context);
//! - [`install`]: puts that layer into the process, once for all systems in it;
//! - [`routes`]: which component of which system a call belongs to;
//! - [`AccessLog`]: its lines take a shorter way;
//! - [`sink`]: both end here.

mod access;
mod clock;
mod fields;
mod install;
mod joined;
mod json;
mod level;
mod look;
mod panics;
mod routes;
mod sink;

pub use access::{AccessLog, AccessRecord, AccessRoute};
pub(crate) use install::{install, rebuild};
pub use joined::layer;
pub(crate) use level::Levels;
pub(crate) use look::{Look, is_color_wanted};
pub use panics::log_panics;
pub(crate) use panics::was_logged;
#[cfg(feature = "opentelemetry")]
pub(crate) use routes::find as component;
pub(crate) use routes::{enter, leave};
pub(crate) use sink::Sink;

#[cfg(test)]
mod tests;
