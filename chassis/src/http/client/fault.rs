//! What went wrong, in the words of [`CallError`].

use http::{HeaderMap, StatusCode, header};

use super::Settings;
use super::answer::BodyError;
use super::limit::Limit;
use super::pool::{Endpoint, LeaseError};
use crate::CallError;
use crate::discovery::Address;

/// No connection: nothing was sent.
pub(super) fn lease(
    error: LeaseError,
    service: &str,
    endpoint: &Endpoint,
    settings: &Settings,
    limit: Limit,
) -> CallError {
    match error {
        LeaseError::Late => limit.error(service, "called"),
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
pub(super) fn unsent(error: hyper::Error, service: &str, endpoint: &Endpoint) -> CallError {
    CallError::Connect {
        service: service.to_owned(),
        endpoint: endpoint.address().to_string(),
        source: error.into(),
    }
}

/// The call failed after the request was handed to the connection.
pub(super) fn broken(error: hyper::Error, service: &str, address: &Address) -> CallError {
    let service = service.to_owned();
    if error.is_parse() {
        return CallError::Answer {
            service,
            reason: format!("expected HTTP/1 from {address}: {error}"),
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
    endpoint: &Endpoint,
    settings: &Settings,
) -> CallError {
    match error {
        BodyError::Broken(error) => broken(error, service, endpoint.address()),
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
