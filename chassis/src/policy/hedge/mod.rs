//! Hedging: a second attempt beside one that takes longer than usual, and the first answer wins.
//!
//! A few calls are slow by chance: a garbage collection, a lost packet, a queue behind one instance.
//! To ask a second instance after the time in which 95 of 100 calls have answered costs at most a
//! twentieth more calls, and cuts off the tail (Dean and Barroso, "The Tail at Scale", 2013).
//!
//! [`Latency`] knows that time from the calls themselves; the number of hedges is bounded by a
//! [`Budget`](super::Budget) of their own within the dependency's.

mod latency;

use std::time::Duration;

pub use latency::Latency;

/// When a call is hedged, and how many may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HedgeSettings {
    /// The share of calls that answer before a hedge is made, above 0 and below 1. Default: 0.95.
    pub quantile: f64,
    /// No hedge is made sooner. Default: 2 ms: below it the hedge costs more than the wait.
    pub at_least: Duration,
    /// So many answers of a method must have been seen before it is hedged. Default: 100.
    pub minimum_calls: u32,
    /// Hedges as a share of the calls, above 0 and at most 1. Default: 0.05.
    pub share: f64,
}

impl Default for HedgeSettings {
    fn default() -> Self {
        Self {
            quantile: 0.95,
            at_least: Duration::from_millis(2),
            minimum_calls: 100,
            share: 0.05,
        }
    }
}
