//! What an attempt's result means to the policies: the typed error decides.

use http::{HeaderMap, StatusCode};

use super::attempt::Result;
use super::transport::HttpTransport;
use super::tried::Tried;
use crate::CallError;
use crate::policy::Outcome;
use crate::policy::stack::{Again, Verdict};
use crate::problem::RetryAdvice;

/// What the result of an attempt means.
#[inline]
pub(super) fn verdict(result: &Result, client: &HttpTransport, tried: &Tried) -> Verdict {
    match result {
        Ok(response) if response.status() == StatusCode::CONFLICT => conflict(response.headers()),
        Ok(response) if !response.status().is_server_error() => Verdict::SUCCESS,
        Ok(response) => {
            let verdict = answer(response.status(), response.headers(), client, tried);
            heeding(verdict, client, response.status().as_str())
        }
        Err(error) => heeding(failure(error), client, error.kind()),
    }
}

/// What the settings say is no failure of the callee is none; it may be tried again all the same.
#[cold]
fn heeding(verdict: Verdict, client: &HttpTransport, error_type: &str) -> Verdict {
    match client.stack.ignores(error_type) {
        true => Verdict {
            outcome: Outcome::Ignored,
            ..verdict
        },
        false => verdict,
    }
}

/// 409 with `retry-after`: an attempt before this one, of which we did not hear, is still at work, and
/// its answer can be asked for soon. Without, it is an answer as any other.
#[cold]
fn conflict(headers: &HeaderMap) -> Verdict {
    let advice = RetryAdvice::of(headers);
    match advice.after {
        None => Verdict::SUCCESS,
        Some(_) => Verdict {
            again: Again::Failed,
            retry_after: advice.after,
            ..Verdict::SUCCESS
        },
    }
}

/// 5xx. A gateway's, and what says "not now", may go better elsewhere or later; a 500 would come
/// again.
#[cold]
fn answer(
    status: StatusCode,
    headers: &HeaderMap,
    client: &HttpTransport,
    tried: &Tried,
) -> Verdict {
    let advice = RetryAdvice::of(headers);
    let again = match status {
        _ if advice.exhausted => Again::Forbidden,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Again::Failed
        }
        _ => Again::Never,
    };
    // The advice is one instance's: another one may have time now.
    let set = client.endpoints.load();
    let mut candidates = set.balancer.candidates().iter();
    let others = candidates.any(|candidate| !tried.has(candidate.id()));
    Verdict {
        outcome: match advice.is_refusal(status) {
            true => Outcome::Ignored,
            false => Outcome::Failure,
        },
        again,
        retry_after: if others { None } else { advice.after },
    }
}

/// There is no answer.
#[cold]
fn failure(error: &CallError) -> Verdict {
    match error {
        CallError::Connect { .. } => Verdict::failure(Again::Unsent),
        // Our own limits, or the registry's answer, say nothing of the callee.
        CallError::NoEndpoint { .. } | CallError::Overloaded { .. } | CallError::Request { .. } => {
            Verdict::IGNORED
        }
        CallError::Timeout { .. } | CallError::Interrupted { .. } => {
            Verdict::failure(Again::Failed)
        }
        CallError::Deadline { stage: "done", .. } => Verdict::failure(Again::Never),
        CallError::Deadline { .. } => Verdict::IGNORED,
        _ => Verdict::failure(Again::Never),
    }
}
