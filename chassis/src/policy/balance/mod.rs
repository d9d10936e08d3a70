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
//!
//! A [`Balancer`] puts it together for the endpoints that are known at one moment: each is a
//! [`Candidate`] with its load and its [standing](super::ejection), and a call that is made again
//! goes to another one first.

mod alias;
mod balancer;
mod candidate;
mod draw;
mod hash;
mod load;
mod maglev;
mod p2c;
mod settings;
mod subset;
#[cfg(test)]
mod tests;
mod zones;

pub use balancer::{Ask, Balancer, Caller, Pick, Seat};
pub use candidate::{Candidate, Stay};
pub use hash::hash;
pub use load::{InFlight, Load, LoadSettings};
pub use p2c::p2c;
pub use settings::{BalanceSettings, Rule};
pub use subset::subset;
pub use zones::{Spread, spread};
