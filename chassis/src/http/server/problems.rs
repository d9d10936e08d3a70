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
    let detail = format!("as many calls are at work as are taken, {limit}; try again later");
    refusal("overloaded", StatusCode::SERVICE_UNAVAILABLE, detail)
}

/// `limit` calls of the route are at work.
pub(super) fn overloaded(limit: u32) -> Reply {
    let detail = format!(
        "{limit} calls like this are at work, as many as are answered in good time; try again later"
    );
    refusal("overloaded", StatusCode::SERVICE_UNAVAILABLE, detail)
}

/// The processor is used up.
pub(super) fn busy() -> Reply {
    let detail = "the service has more to do than it can; try again later";
    refusal("overloaded", StatusCode::SERVICE_UNAVAILABLE, detail)
}

pub(super) fn rate_limited(detail: String) -> Reply {
    refusal("rate-limited", StatusCode::TOO_MANY_REQUESTS, detail)
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

pub(super) fn key_missing() -> Reply {
    refusal(
        "idempotency-key-missing",
        StatusCode::BAD_REQUEST,
        "this call needs an `Idempotency-Key`: a string in double quotes, new for each call, the \
         same when it is repeated",
    )
}

pub(super) fn key_malformed() -> Reply {
    refusal(
        "idempotency-key-malformed",
        StatusCode::BAD_REQUEST,
        "`Idempotency-Key` is one string in double quotes, of 1 to 255 printable characters",
    )
}

pub(super) fn key_of_another_request() -> Reply {
    refusal(
        "idempotency-key-reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "this `Idempotency-Key` was sent with another request; take a new key for a new call",
    )
}

pub(super) fn key_in_flight() -> Reply {
    refusal(
        "idempotency-key-in-flight",
        StatusCode::CONFLICT,
        "the call with this `Idempotency-Key` is being made; ask again for its answer",
    )
}

pub(super) fn answer_not_kept() -> Reply {
    refusal(
        "idempotency-answer-not-kept",
        StatusCode::CONFLICT,
        "the call with this `Idempotency-Key` was made; its answer was too large to be kept",
    )
}

pub(super) fn keys_unavailable() -> Reply {
    refusal(
        "idempotency-unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "whether this call was made before cannot be looked up now; try again later",
    )
}

/// Says nothing of the panic: its message is for the log.
pub(super) fn panic() -> Reply {
    let problem = ProblemDetails::chassis("panic", 500);
    Reply::problem(&problem, "panic")
}
