//! The warehouse: its rules, and the port to where stock is kept.

mod store;
mod warehouse;

// All of it: the macro adds fakes of the ports when tests ask for them.
pub use store::*;
pub use warehouse::Warehouse;
