//! The counter: its rules, and the port to where orders are kept.

mod counter;
mod store;

pub use counter::Counter;
// All of it: the macro adds fakes of the ports when tests ask for them.
pub use store::*;
