//! [`Fault`]: which errors of a port say that the system behind it failed.

use crate::CallError;

/// The error of a port that says which of its values are faults: the system behind the port failed.
/// No answer, a broken connection, a full disk are faults; "there is no such item" and "somebody was
/// faster" are answers.
///
/// The port's policies need to know. A fault counts for its circuit breaker, and an `#[idempotent]`
/// method is called again after one; an answer does neither.
///
/// Without this trait an error counts for the breaker whatever its value, but nothing is called again
/// after it: nobody said that another attempt could help. `impl Fault for StoreError {}` says that
/// every value is a fault. An error that derives `Problem` needs none: its 5xx are faults, its 4xx are
/// answers.
///
/// ```
/// use chassis::CallError;
/// use chassis::port::Fault;
///
/// #[derive(Debug, thiserror::Error)]
/// pub enum StoreError {
///     #[error(transparent)]
///     Call(#[from] CallError),
///     #[error("somebody was faster")]
///     Conflict,
/// }
///
/// impl Fault for StoreError {
///     fn is_fault(&self) -> bool {
///         !matches!(self, Self::Conflict)
///     }
/// }
/// ```
pub trait Fault {
    /// Whether this value is one. Default: every value is.
    fn is_fault(&self) -> bool {
        true
    }
}

/// What failed by itself is a fault, unless it is our own doing: a request that can't be written, a
/// limit of ours, a problem below 500.
impl Fault for CallError {
    fn is_fault(&self) -> bool {
        match self.inner() {
            Self::Request { .. } | Self::Overloaded { .. } | Self::Unbound { .. } => false,
            Self::Problem(problem) => problem.status >= 500,
            _ => true,
        }
    }
}

/// What an error of a port means, found out by which traits its type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The system behind the port failed: it counts, and another attempt could help.
    Fault,
    /// It answered: the request was refused.
    Answer,
    /// Its type says nothing: it counts, but nobody said that another attempt could help.
    Unsaid,
}

impl Meaning {
    /// Of one whose faults are known.
    pub(crate) fn known(is_fault: bool) -> Self {
        match is_fault {
            true => Self::Fault,
            false => Self::Answer,
        }
    }

    /// What every error means whose type says nothing.
    pub fn unsaid<E>(_: &E) -> Self {
        Self::Unsaid
    }
}
