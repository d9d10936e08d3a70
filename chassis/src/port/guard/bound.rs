//! [`Bound`]: when an attempt must be over, and whose limit that is.

use std::time::{Duration, Instant};

use crate::CallError;

/// When an attempt must be over.
#[derive(Debug, Clone, Copy)]
pub(in crate::port) struct Bound {
    pub(in crate::port) at: Instant,
    /// How long the port's own limit is; `None`: it is the caller's.
    own: Option<Duration>,
}

impl Bound {
    /// The caller's deadline.
    pub(in crate::port) fn caller(at: Instant) -> Self {
        Self { at, own: None }
    }

    /// The port's own limit, this long.
    #[cfg(feature = "service")]
    pub(in crate::port) fn own(at: Instant, limit: Duration) -> Self {
        Self {
            at,
            own: Some(limit),
        }
    }

    /// The error of a call that passed it.
    #[cold]
    pub(in crate::port) fn error(self, service: &str, stage: &'static str) -> CallError {
        let service = service.to_owned();
        match self.own {
            None => CallError::Deadline { service, stage },
            Some(limit) => CallError::Timeout { service, limit },
        }
    }
}
