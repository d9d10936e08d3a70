//! [`Fault`]: which errors of a port say that the system behind it failed.

/// The error of a port whose values say that the system behind the port failed: no answer, a broken
/// connection, a full disk.
///
/// The port's policies need to know. A fault counts for its circuit breaker, and an `#[idempotent]`
/// method is called again after one. Of an error without this trait nothing is known: it goes back
/// to the caller and counts for nothing. An error that derives `Problem` needs none: its 5xx are
/// faults.
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
    /// Whether this value is one. Every value is, where nothing else is said.
    fn is_fault(&self) -> bool {
        true
    }
}

/// What an error of a port means, found out by which traits its type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The system behind the port failed.
    Fault,
    /// It answered: the request was refused.
    Answer,
    /// Nobody said.
    Unknown,
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
    pub fn unknown<E>(_: &E) -> Self {
        Self::Unknown
    }
}
