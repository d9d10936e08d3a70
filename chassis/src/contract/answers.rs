//! The server's side of an answer: from what the handler gave to a [`Reply`].

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::body::JSON;
use super::json::json;
use super::{Created, Reply};
use crate::error::told;
use crate::{Problem, ProblemDetails};

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A handler's result as an answer: 200 with JSON.
pub fn answer_json<T: Serialize, E: Problem>(result: Result<T, E>, contract: &str) -> Reply {
    answer(result, contract, |value| body(StatusCode::OK, &value))
}

/// 204.
pub fn answer_empty<E: Problem>(result: Result<(), E>, contract: &str) -> Reply {
    answer(result, contract, |()| Reply::empty(StatusCode::NO_CONTENT))
}

/// 201 with JSON and `Location`.
pub fn answer_created<T: Serialize, E: Problem>(
    result: Result<Created<T>, E>,
    contract: &str,
) -> Reply {
    answer(result, contract, |created| {
        let Ok(location) = HeaderValue::try_from(created.location) else {
            return unencodable();
        };
        let mut reply = body(StatusCode::CREATED, &created.value);
        reply.location = Some(location);
        reply
    })
}

/// 200 with bytes as they are.
pub fn answer_bytes<E: Problem>(result: Result<Bytes, E>, contract: &str) -> Reply {
    answer(result, contract, |bytes| Reply {
        content_type: Some(OCTETS),
        body: bytes.into(),
        ..Reply::empty(StatusCode::OK)
    })
}

fn answer<T, E: Problem>(
    result: Result<T, E>,
    contract: &str,
    success: impl FnOnce(T) -> Reply,
) -> Reply {
    match result {
        Ok(value) => success(value),
        Err(error) => failed(&error, contract),
    }
}

/// What a policy refuses while a dependency fails: it has said so once, and a line a call would be a
/// storm of them.
const SAID: [&str; 2] = ["breaker-open", "overloaded"];

/// The problem. What a 5xx hides from the caller goes along for the log.
#[cold]
fn failed<E: Problem>(error: &E, contract: &str) -> Reply {
    let kind = error.kind();
    let reply = Reply::problem(&error.to_problem(contract), kind);
    if !reply.status.is_server_error() || SAID.contains(&kind) {
        return reply;
    }
    Reply {
        cause: Some(told(error).into()),
        ..reply
    }
}

fn body<T: Serialize>(status: StatusCode, value: &T) -> Reply {
    match json(value) {
        Ok(body) => Reply {
            content_type: Some(JSON),
            body: body.into(),
            ..Reply::empty(status)
        },
        Err(error) => Reply {
            cause: Some(format!("the answer cannot be written as JSON: {error}").into()),
            ..unencodable()
        },
    }
}

/// What the handler gave cannot be written in the wire format: a bug of the service, so nothing of
/// it is shown.
fn unencodable() -> Reply {
    const KIND: &str = "unencodable-answer";
    Reply::problem(&ProblemDetails::chassis(KIND, 500), KIND)
}
