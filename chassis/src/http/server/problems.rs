//! What the edge itself answers when a request goes no further.

use std::time::Duration;

use http::StatusCode;

use crate::ProblemDetails;
use crate::contract::Reply;

/// A refusal of the edge: `urn:problem:chassis:{kind}`.
fn refusal(kind: &'static str, status: StatusCode, detail: impl Into<String>) -> Reply {
    let problem = ProblemDetails::chassis(kind, status.as_u16()).with_detail(detail);
    Reply::problem(&problem, kind)
}

pub(super) fn not_found() -> Reply {
    refusal(
        "not-found",
        StatusCode::NOT_FOUND,
        "nothing is served at this path",
    )
}

pub(super) fn method_not_allowed(allow: &str) -> Reply {
    let detail = format!("this path takes: {allow}");
    refusal("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, detail)
}

pub(super) fn uri_too_long(limit: usize, size: usize) -> Reply {
    let detail = format!("the request's target has {size} bytes; at most {limit} are taken");
    refusal("uri-too-long", StatusCode::URI_TOO_LONG, detail)
}

/// `size` is missing when the body came in pieces and was cut off.
pub(super) fn body_too_large(limit: usize, size: Option<u64>) -> Reply {
    const KIND: &str = "body-too-large";
    let size_text = size.map_or("more".to_owned(), |size| format!("{size} bytes"));
    let detail = format!("the body has {size_text}; at most {limit} bytes are taken");
    let mut problem = ProblemDetails::chassis(KIND, 413)
        .with_detail(detail)
        .with("limit", limit);
    if let Some(size) = size {
        problem = problem.with("size", size);
    }
    Reply::problem(&problem, KIND)
}

pub(super) fn body_broken() -> Reply {
    let detail = "the body ended before it was complete";
    refusal("body-incomplete", StatusCode::BAD_REQUEST, detail)
}

pub(super) fn body_slow(limit: Duration) -> Reply {
    let detail = format!("the body did not arrive within {limit:?}");
    refusal("body-timeout", StatusCode::REQUEST_TIMEOUT, detail)
}

pub(super) fn shed(limit: usize) -> Reply {
    let detail = format!("{limit} calls are at work, which is the limit; try again later");
    refusal("overloaded", StatusCode::SERVICE_UNAVAILABLE, detail)
}

pub(super) fn too_many_streams(limit: usize) -> Reply {
    let detail = format!(
        "{limit} streams are open, which is the limit (http.streaming.max_open); try again later"
    );
    refusal("overloaded", StatusCode::SERVICE_UNAVAILABLE, detail)
}

pub(super) fn deadline(limit: Duration) -> Reply {
    let detail = format!("no answer within {limit:?}");
    refusal("deadline", StatusCode::GATEWAY_TIMEOUT, detail)
}

pub(super) fn expired() -> Reply {
    let detail = "the deadline had passed before the call began";
    refusal("deadline", StatusCode::GATEWAY_TIMEOUT, detail)
}

/// Says nothing of the panic: its message is for the log.
pub(super) fn panic() -> Reply {
    let problem = ProblemDetails::chassis("panic", 500);
    Reply::problem(&problem, "panic")
}
