//! What went wrong, in the words of [`CallError`].

use http::{HeaderMap, Response, StatusCode, header};

use super::Settings;
use super::answer::BodyError;
use super::limit::{Limit, passed};
use super::pool::{Endpoint, LeaseError};
use super::wire::WireError;
use crate::CallError;
use crate::context::say_exhausted;
use crate::discovery::Address;
use crate::policy::Stack;
use crate::policy::stack::{Exhausted, Refusal};
use crate::problem::RetryAdvice;

/// The policies did not let the call in: nothing was sent.
#[cold]
pub(super) fn refused(refusal: Refusal, service: &str, stack: &Stack) -> CallError {
    match refusal {
        Refusal::Late(limit) => passed(limit, service, "called"),
        Refusal::Open(open) => {
            say_exhausted();
            CallError::BreakerOpen {
                service: service.to_owned(),
                retry_after: open.retry_after,
            }
        }
        Refusal::Crowded => {
            let bulkhead = stack.settings().bulkhead.unwrap_or_default();
            CallError::Overloaded {
                service: service.to_owned(),
                reason: format!(
                    "{} calls to it are under way and {} wait, which is the bulkhead's limit; call it \
                     less at a time, or raise client.{service}.bulkhead.max_calls or \
                     client.{service}.bulkhead.max_waiting",
                    bulkhead.max_calls, bulkhead.max_waiting,
                ),
            }
        }
    }
}

/// The call failed, and was tried as often as it may be.
#[cold]
pub(super) fn exhausted(
    error: CallError,
    service: &str,
    attempts: u32,
    why: Exhausted,
) -> CallError {
    say_exhausted();
    CallError::Exhausted {
        service: service.to_owned(),
        attempts,
        reason: why.to_string(),
        source: Box::new(error),
    }
}

/// A failure that was answered, marked so that whoever reads it doesn't try again.
#[cold]
pub(super) fn exhausted_answer<T>(mut response: Response<T>) -> Response<T> {
    say_exhausted();
    let advice = RetryAdvice {
        exhausted: true,
        after: None,
    };
    advice.write(response.headers_mut());
    response
}

/// No connection: nothing was sent.
pub(super) fn lease(
    error: LeaseError,
    service: &str,
    endpoint: &Endpoint,
    settings: &Settings,
    limit: Limit,
) -> CallError {
    match error {
        LeaseError::Late => passed(limit, service, "called"),
        LeaseError::Crowded => CallError::Overloaded {
            service: service.to_owned(),
            reason: format!(
                "all {} connections to {} are busy, and no more than {} calls may wait for one; call \
                 it less at a time, or raise client.{service}.max_connections or \
                 client.{service}.max_waiting",
                settings.max_connections,
                endpoint.address(),
                settings.max_waiting,
            ),
        },
        LeaseError::Dial(source) => CallError::Connect {
            service: service.to_owned(),
            endpoint: endpoint.address().to_string(),
            source,
        },
    }
}

/// The connection gave the request back before a byte of it was written.
pub(super) fn unsent(error: WireError, service: &str, endpoint: &Endpoint) -> CallError {
    CallError::Connect {
        service: service.to_owned(),
        endpoint: endpoint.address().to_string(),
        source: error.into(),
    }
}

/// The call failed after the request was handed to the connection.
pub(super) fn broken(error: WireError, service: &str, address: &Address) -> CallError {
    let service = service.to_owned();
    if let Some(protocol) = error.broken_rules_of() {
        return CallError::Answer {
            service,
            reason: format!("expected {protocol} from {address}: {error}"),
        };
    }
    CallError::Interrupted {
        service,
        source: error.into(),
    }
}

/// The body of the answer could not be taken.
pub(super) fn body(
    error: BodyError,
    service: &str,
    address: &Address,
    settings: &Settings,
) -> CallError {
    match error {
        BodyError::Broken(error) => broken(error, service, address),
        BodyError::TooLarge => CallError::Answer {
            service: service.to_owned(),
            reason: format!(
                "the body is larger than {} bytes; raise client.{service}.max_answer if it is meant \
                 to be",
                settings.max_answer
            ),
        },
    }
}

/// The answer was taken as something else than was asked for.
pub(super) fn no_stream(service: &str) -> CallError {
    CallError::Answer {
        service: service.to_owned(),
        reason: "its body is not there".to_owned(),
    }
}

/// A status that no contract answers: redirects are not followed.
pub(super) fn status(
    status: StatusCode,
    headers: &HeaderMap,
    service: &str,
    endpoint: &Endpoint,
) -> CallError {
    let location = headers.get(header::LOCATION).map(shown).unwrap_or_default();
    CallError::Answer {
        service: service.to_owned(),
        reason: format!(
            "{} answered {status}{location}; redirects are not followed, say where the service is \
             in client.{service}.url",
            endpoint.address()
        ),
    }
}

/// ` to LOCATION`, without its query, which may hold a secret, and cut where it is long.
fn shown(location: &http::HeaderValue) -> String {
    let text = String::from_utf8_lossy(location.as_bytes());
    let path = text.split(['?', '#']).next().unwrap_or_default();
    format!(" to {}", path.chars().take(200).collect::<String>())
}
