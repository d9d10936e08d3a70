//! Shedding: who is refused when not all can be served, and who waits a moment.
//!
//! A [`Gate`] is an adaptive limit with a short queue before it: a burst waits, a flood is refused. Whose
//! call is more urgent goes first; of equals it is the first come while the queue empties now and then,
//! and the last come when it doesn't: then the oldest have waited for nothing already. A [`CpuShedder`]
//! refuses when the processor is what everybody waits for, the background first. [`Urgency`] says whose
//! call is which, [`usage`] reads what the processor is at.

mod cpu;
mod gate;
mod queue;
#[cfg(test)]
mod tests;
pub mod usage;

pub use cpu::CpuShedder;
pub use gate::{Entry, Gate, GateSettings, Turn};

/// How urgent a call is: 0 is the most urgent, 7 the background (RFC 9218).
pub type Urgency = u8;
