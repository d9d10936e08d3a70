//! A running service: composition, start, supervision, stop.
//!
//! Start at [`Chassis`]: it owns the process. A composition root gets an [`App`], with which it
//! says what it serves, needs and does.

mod guard;
mod listen;
mod phase;
mod side;
mod tasks;

pub use tasks::{Finish, Stop};
