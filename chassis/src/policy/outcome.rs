//! How a call went, as policies see it.

/// What a call says about the health of whom was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It did what it is for. An answer that refuses the caller's request (a 404) is one, too.
    Success,
    /// It did not: no connection, no answer in time, a 503.
    Failure,
    /// It says nothing: the caller gave up, or never began.
    Ignored,
}

/// Finds out how a call went, by its result.
///
/// Every `Fn(&Result<T, E>) -> Outcome` is one; [`ErrorsFail`] is the plainest.
pub trait Classify<T, E>: Send + Sync {
    /// The outcome of a call that gave `result`.
    fn classify(&self, result: &Result<T, E>) -> Outcome;
}

impl<T, E, F> Classify<T, E> for F
where
    F: Fn(&Result<T, E>) -> Outcome + Send + Sync,
{
    fn classify(&self, result: &Result<T, E>) -> Outcome {
        self(result)
    }
}

/// `Ok` is a success, `Err` a failure.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErrorsFail;

impl<T, E> Classify<T, E> for ErrorsFail {
    fn classify(&self, result: &Result<T, E>) -> Outcome {
        match result {
            Ok(_) => Outcome::Success,
            Err(_) => Outcome::Failure,
        }
    }
}
