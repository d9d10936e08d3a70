//! Retries that help: how long to wait ([`Backoff`]), and how many there may be ([`Budget`]).
//!
//! A retry mends what fails by chance, and makes worse what fails by load: with three tiers that each
//! try three times, the lowest sees 27 calls for one. So every dependency has one budget that its
//! retries and hedges share: a share of the calls that are made anyway. When all of them fail, a
//! fifth more calls are made, not three times as many.
//!
//! tower's `TpsBudget` is the same idea; it reads the clock itself, so that a test can't hold it.

mod backoff;
mod budget;

pub use backoff::Backoff;
pub use budget::{Budget, BudgetSettings};
