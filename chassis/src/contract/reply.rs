//! What a call answers, free of any transport.

use std::future::Future;
use std::pin::Pin;

use http::{HeaderName, HeaderValue, StatusCode};

use super::Body;
use crate::ProblemDetails;
use crate::problem::{PROBLEM_JSON, RetryAdvice};

/// How a call is answered: at once (a parameter was refused), or when its one boxed future is
/// done.
pub enum Answer {
    /// Refused before the handler was called. Boxed: it is the rare way out.
    Now(Box<Reply>),
    /// The whole call: handler and encoding.
    Later(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Now(reply) => f.debug_tuple("Now").field(reply).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// One answer: status, the few headers that a contract can set, body.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// `content-type`; `None` without a body.
    pub content_type: Option<HeaderValue>,
    /// `location` of what was created.
    pub location: Option<HeaderValue>,
    /// Further headers: `etag`, `idempotency-replayed` … Mostly none, which costs no allocation.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Body,
    /// `error.type`: the problem's kind, for metrics, spans and the access log.
    pub error_type: Option<&'static str>,
    /// Why it failed, with all causes, where the caller is not told: for the log.
    pub cause: Option<Box<str>>,
    /// What is said of trying again.
    pub retry: RetryAdvice,
}

impl Reply {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            content_type: None,
            location: None,
            headers: Vec::new(),
            body: Body::default(),
            error_type: None,
            cause: None,
            retry: RetryAdvice::default(),
        }
    }

    /// `problem` as `application/problem+json`. `kind` becomes `error.type`.
    pub fn problem(problem: &ProblemDetails, kind: &'static str) -> Self {
        let status = StatusCode::from_u16(problem.status);
        let body = serde_json::to_vec(problem).unwrap_or_default();
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            content_type: Some(HeaderValue::from_static(PROBLEM_JSON)),
            location: None,
            headers: Vec::new(),
            body: body.into(),
            error_type: Some(kind),
            cause: None,
            retry: problem.retry,
        }
    }
}

/// An answer that says where the thing it created is: 201 with `Location`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// URI reference of what was created: `/v1/orders/42`.
    pub location: String,
    /// The body.
    pub value: T,
}
