//! Testing: a service or a composed system within the test, with time and randomness held.
//!
//! Start at [`System`]: it runs composition roots as a process would, from an inline
//! configuration, and hands out clients, answers, spans, metrics and log lines. Nothing is opened
//! unless a test asks for it ([`SystemBuilder::listening`]); a system takes nothing from the
//! process that it runs in, so many of them run side by side. [`hexagon`] is a test by itself: it
//! holds contract and domain free of adapters.
//!
//! ```
//! use chassis::testing::System;
//! # async fn service(_: chassis::App) -> chassis::Result { Ok(()) }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> chassis::Result {
//! let system = System::of("inventory", service).start().await?;
//! assert!(system.health().is_ready());
//! assert_eq!(system.get("/nowhere").await.status(), 404);
//! system.stop().await;
//! # Ok(())
//! # }
//! ```

mod client;
mod folder;
mod hexagon;
// What `simulation` brings: services on a network that exists only in this process.
#[cfg(feature = "simulation")]
pub mod simulation;
mod system;

pub use crate::telemetry::{Capture, CapturedLine, CapturedSpan};
pub use hexagon::hexagon;
#[cfg(feature = "simulation")]
pub use simulation::Simulation;
pub use system::{System, SystemBuilder};
