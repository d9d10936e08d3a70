//! [`Fault`]: what a call suffers.

use std::fmt;
use std::time::Duration;

/// What a call suffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is made later, by a time between these two.
    Latency {
        /// At least so much.
        least: Duration,
        /// At most so much.
        most: Duration,
    },
    /// It isn't made: an answer with this status comes at once.
    Status(u16),
    /// It isn't made: the connection is refused, as by a process that is gone.
    Refused,
    /// It is made, and its connection breaks before the answer: the callee may have done the work.
    Cut,
    /// It vanishes: nothing comes, until somebody's limit ends it.
    BlackHole,
}

impl Fault {
    /// The same with its latency drawn: `share` of the way from least to most.
    pub(super) fn drawn(self, share: f64) -> Self {
        match self {
            Self::Latency { least, most } => {
                let time = least + most.saturating_sub(least).mul_f64(share);
                Self::Latency {
                    least: time,
                    most: time,
                }
            }
            other => other,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency { least, most } if least == most => write!(f, "latency of {least:?}"),
            Self::Latency { least, most } => write!(f, "latency of {least:?} to {most:?}"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Refused => f.write_str("connection refused"),
            Self::Cut => f.write_str("connection cut"),
            Self::BlackHole => f.write_str("black hole"),
        }
    }
}

/// The error of a call that suffered a fault: what it says is a lie, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Injected(pub Fault);

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "injected by chaos: {}", self.0)
    }
}

impl std::error::Error for Injected {}
