//! [`Fate`]: how an attempt went, as far as policies go.

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::port) enum Fate {
    /// It gave what it is for, or refused what was asked.
    Well,
    /// It failed, and may go better another time.
    Failed,
    /// It failed, and no other attempt is to be made: it panicked, or nobody knows whether another one
    /// could help.
    Lost,
    /// The caller's time is over.
    Late,
}
