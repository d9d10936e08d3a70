//! [`Fate`]: how an attempt went, as far as policies go.

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::port) enum Fate {
    /// It gave what it is for, or refused what was asked.
    Well,
    /// It failed, and may go better another time.
    Failed,
    /// It failed, and would again: it panicked.
    Broken,
    /// It says nothing of the system behind the port.
    Unknown,
}
