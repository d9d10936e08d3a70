//! Balancing: which of many endpoints gets a call.
//!
//! [`p2c`] takes two at random and the cheaper of them (Mitzenmacher, "The Power of Two Choices in
//! Randomized Load Balancing", 2001): nearly as good as the cheapest of all, at a cost that doesn't
//! grow with their number, and without the herd that runs to the one that looks best.
//!
//! tower balances alike, over services that it polls to be ready, with a clock of its own; here are the
//! choice and the measure alone, for a pool whose endpoints are no services.
//!
//! What is cheap a [`Load`] says, one for each endpoint: how long it takes to answer, as Finagle's
//! *peak EWMA* sees it, times the calls that it has in flight. An endpoint that fails is never
//! preferred for failing fast: a failure counts as an answer that took very long.

mod load;
mod p2c;
#[cfg(test)]
mod tests;

pub use load::{InFlight, Load, LoadSettings};
pub use p2c::p2c;
