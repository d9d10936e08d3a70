//! The cashier: its rules, and the ports to the card network and the ledger.

mod cashier;
mod ports;

pub use cashier::Cashier;
// All of it: the macro adds fakes of the ports when tests ask for them.
pub use ports::*;
