//! [`CallError`]: a call through a port that failed by itself, not by the callee's answer.

use std::error::Error as StdError;
use std::time::Duration;

use crate::problem::{Problem, ProblemDetails, ProblemInfo, RetryAdvice};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a call through a port failed although the callee answered nothing that its contract names.
///
/// Typed errors carry it in a variant marked `#[problem(call)]`, and port errors by
/// `From<CallError>`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The service has no instance that could be called.
    #[error("{service} has no reachable instance: {reason}")]
    NoEndpoint {
        /// Whom the call was for.
        service: String,
        /// What was looked up, and where.
        reason: String,
    },
    /// As many calls are under way, and wait, as the client allows; nothing was sent.
    #[error("{service} is not called: {reason}")]
    Overloaded {
        /// Whom the call was for.
        service: String,
        /// Which limit is reached, and what sets it.
        reason: String,
    },
    /// No connection could be opened; nothing was sent.
    #[error("cannot connect to {service} at {endpoint}")]
    Connect {
        /// Whom the call was for.
        service: String,
        /// `host:port` of the last instance that was tried.
        endpoint: String,
        /// What the connection attempt said.
        source: Source,
    },
    /// The time that the caller gave is over. Expired work never starts.
    #[error("the deadline passed before {service} was {stage}")]
    Deadline {
        /// Whom the call was for.
        service: String,
        /// How far the call had come: `called` or `done`.
        stage: &'static str,
    },
    /// The callee did not answer within the port's own limit.
    #[error("{service} did not answer within {limit:?}")]
    Timeout {
        /// Whom the call was for.
        service: String,
        /// The limit that was passed.
        limit: Duration,
    },
    /// The connection broke after the request was sent: the callee may have done the work.
    #[error("the connection to {service} broke during the call")]
    Interrupted {
        /// Whom the call was for.
        service: String,
        /// What the connection said.
        source: Source,
    },
    /// The callee's answer is not what its contract says.
    #[error("the answer of {service} is not what its contract says: {reason}")]
    Answer {
        /// Whom the call was for.
        service: String,
        /// What was expected, and what came.
        reason: String,
    },
    /// The request could not be written in the contract's wire format; nothing was sent.
    #[error("the request to {service} cannot be encoded: {reason}")]
    Request {
        /// Whom the call was for.
        service: String,
        /// Which parameter, and why.
        reason: String,
    },
    /// The callee answered a problem that the contract's error does not name.
    #[error("the callee answered {} with a problem that the contract does not name: {}", .0.status, .0.type_uri)]
    Problem(Box<ProblemDetails>),
    /// The callee's code panicked, in this process.
    #[error("{service} panicked; the line before this one in the log says where")]
    Panic {
        /// Whom the call was for.
        service: String,
    },
    /// The system behind the port failed: an adapter's own error.
    #[error("{service} failed")]
    Failed {
        /// Which port or service.
        service: String,
        /// What it said.
        source: Source,
    },
    /// The service's circuit breaker is open: too many calls failed lately. Nothing was sent.
    #[error("{service} is not called: its circuit breaker is open")]
    BreakerOpen {
        /// Whom the call was for.
        service: String,
        /// When a call may be tried again at the earliest; `None` when that is not known.
        retry_after: Option<Duration>,
    },
    /// The call failed, and must not be tried again, neither here nor by whoever called us: it was
    /// tried as often as may be. [`inner`](CallError::inner) is how its last attempt failed.
    #[error("{source}, after {attempts} attempts: {reason}")]
    Exhausted {
        /// Whom the call was for.
        service: String,
        /// How many attempts there were.
        attempts: u32,
        /// Why there are no more.
        reason: String,
        /// How the last one failed.
        source: Box<CallError>,
    },
    /// The client was called before its service had started.
    #[error("{service} was called before the start was complete; call it from a handler or a task")]
    Unbound {
        /// Whom the call was for.
        service: String,
    },
}

impl CallError {
    /// The HTTP status that a service answers when this error reaches its edge: 502, 503 or 504.
    pub fn status(&self) -> u16 {
        match self {
            Self::Exhausted { source, .. } => source.status(),
            Self::NoEndpoint { .. }
            | Self::BreakerOpen { .. }
            | Self::Overloaded { .. }
            | Self::Connect { .. }
            | Self::Failed { .. }
            | Self::Unbound { .. } => 503,
            Self::Deadline { .. } | Self::Timeout { .. } => 504,
            _ => 502,
        }
    }

    /// How the call failed, without what is said of its attempts: the source of
    /// [`Exhausted`](Self::Exhausted), else the error itself.
    pub fn inner(&self) -> &Self {
        match self {
            Self::Exhausted { source, .. } => source.inner(),
            _ => self,
        }
    }

    /// Whether whoever called us must not try again either: it was tried enough here or below, or
    /// the breaker is open.
    pub fn is_exhausted(&self) -> bool {
        match self {
            Self::Exhausted { .. } | Self::BreakerOpen { .. } => true,
            Self::Problem(problem) => problem.retry.exhausted,
            _ => false,
        }
    }

    /// Before this a call would fail again, as far as that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Exhausted { source, .. } => source.retry_after(),
            Self::BreakerOpen { retry_after, .. } => *retry_after,
            Self::Problem(problem) => problem.retry.after,
            _ => None,
        }
    }

    /// The kind in kebab-case: the `error.type` of metrics and spans, and the last part of the
    /// problem's type URI.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Exhausted { source, .. } => source.kind(),
            Self::BreakerOpen { .. } => "breaker-open",
            Self::NoEndpoint { .. } => "no-endpoint",
            Self::Overloaded { .. } => "overloaded",
            Self::Connect { .. } => "connect",
            Self::Deadline { .. } => "deadline",
            Self::Timeout { .. } => "timeout",
            Self::Interrupted { .. } => "interrupted",
            Self::Answer { .. } => "answer",
            Self::Request { .. } => "request",
            Self::Problem(_) => "problem",
            Self::Panic { .. } => "panic",
            Self::Failed { .. } => "failed",
            Self::Unbound { .. } => "unbound",
        }
    }

    /// This error as the problem that our own caller sees: kind and status, never an upstream's
    /// words.
    pub fn to_problem(&self) -> ProblemDetails {
        let retry = RetryAdvice {
            exhausted: self.is_exhausted(),
            after: self.retry_after(),
        };
        ProblemDetails::chassis(self.kind(), self.status()).with_retry(retry)
    }
}

/// A contract without errors of its own may answer `Result<T, CallError>`.
impl Problem for CallError {
    fn to_problem(&self, _: &str) -> ProblemDetails {
        Self::to_problem(self)
    }

    fn from_problem(problem: Box<ProblemDetails>, _: &str) -> Result<Self, Box<ProblemDetails>> {
        Err(problem)
    }

    fn kind(&self) -> &'static str {
        Self::kind(self)
    }

    fn variants() -> &'static [ProblemInfo] {
        &[]
    }
}
