//! [`Visit`]: one call at one endpoint, in flight until it is dropped, judged by [`Visit::end`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Response, StatusCode, header};

use super::Balance;
use crate::CallError;
use crate::http::client::pool::Endpoint;
use crate::policy::Outcome;
use crate::policy::balance::{Candidate, InFlight, Stay};
use crate::policy::ejection::Standing;
use crate::policy::limit::AdaptiveLimit;
use crate::problem::RetryAdvice;

/// A call at one endpoint.
pub(in crate::http::client) struct Visit<'a> {
    balance: &'a Balance,
    pub(in crate::http::client) endpoint: &'a Arc<Endpoint>,
    candidate: &'a Arc<Candidate>,
    standing: Standing,
    since: Instant,
    is_over: bool,
    /// Whether it has a place at the endpoint's limit.
    has_place: bool,
    _in_flight: InFlight<'a>,
}

impl<'a> Visit<'a> {
    #[inline]
    pub(super) fn new(
        balance: &'a Balance,
        endpoint: &'a Arc<Endpoint>,
        candidate: &'a Arc<Candidate>,
        standing: Standing,
        now: Instant,
    ) -> Self {
        Self {
            balance,
            endpoint,
            candidate,
            standing,
            since: now,
            is_over: false,
            has_place: false,
            _in_flight: candidate.load().begin(now),
        }
    }

    /// Whose visit it is, for [`Ask`](crate::policy::balance::Ask).
    pub(in crate::http::client) fn id(&self) -> u64 {
        self.candidate.id()
    }

    /// Takes a place at the endpoint, where it has a limit of calls at once.
    ///
    /// # Errors
    ///
    /// [`CallError::Overloaded`] when it has as many as it answers in good time.
    #[inline]
    pub(in crate::http::client) fn take_place(&mut self, service: &str) -> Result<(), CallError> {
        match self.candidate.limit() {
            None => Ok(()),
            Some(limit) => self.take_place_at(limit, service),
        }
    }

    #[cold]
    fn take_place_at(&mut self, limit: &AdaptiveLimit, service: &str) -> Result<(), CallError> {
        limit.enter(self.since).map_err(|full| CallError::Overloaded {
            service: service.to_owned(),
            reason: format!(
                "{} has {} calls at work, as many as it answers in good time; call it less at a time, or \
                 give it more instances (client.{service}.limit)",
                self.endpoint.address(),
                full.limit,
            ),
        })?;
        self.has_place = true;
        Ok(())
    }

    /// Gives the place back, and says how the call went.
    #[cold]
    fn give_place_back(&mut self, outcome: Outcome, now: Instant) {
        self.has_place = false;
        if let Some(limit) = self.candidate.limit() {
            limit.leave(self.since, now, outcome);
        }
    }

    /// A connection is there: the endpoint's own time begins.
    pub(in crate::http::client) fn sent(&mut self, now: Instant) {
        self.since = now;
    }

    /// The answer begins to stream: in flight until the stream is over.
    pub(in crate::http::client) fn stay(&self) -> Stay {
        self.candidate.stay()
    }

    /// An answer came.
    #[inline]
    pub(in crate::http::client) fn answered<B>(self, answer: &Response<B>, now: Instant) {
        let status = answer.status();
        match status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            false => self.end(Outcome::Success, now),
            true => self.refused(status, answer.headers(), now),
        }
    }

    #[cold]
    fn refused(mut self, status: StatusCode, headers: &HeaderMap, now: Instant) {
        if self.has_place {
            self.give_place_back(told_by_status(status), now);
        }
        if RetryAdvice::of(headers).is_refusal(status) {
            // It is well, and has enough to do: others are asked sooner, and it is not left out.
            self.candidate.load().refused();
            return self.end(Outcome::Ignored, now);
        }
        let (balance, endpoint, candidate) = (self.balance, self.endpoint, self.candidate);
        self.end(of_status(status), now);
        let rest = rest_of(status, headers);
        if let Some(change) = rest.and_then(|rest| candidate.member().rest(rest, now)) {
            balance.changed(change, endpoint, candidate, now);
        }
    }

    /// There is no answer, for this reason.
    #[cold]
    pub(in crate::http::client) fn failed(mut self, error: &CallError, now: Instant) {
        if self.has_place {
            self.give_place_back(told_by_error(error), now);
        }
        self.end(of_error(error), now);
    }

    /// It is over, and went so.
    #[inline]
    pub(in crate::http::client) fn end(mut self, outcome: Outcome, now: Instant) {
        self.is_over = true;
        if self.has_place {
            self.give_place_back(outcome, now);
        }
        self.record(outcome, now);
    }

    #[inline]
    fn record(&self, outcome: Outcome, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since);
        let change = self.candidate.record(self.standing, outcome, elapsed, now);
        if let Some(change) = change {
            let (endpoint, candidate) = (self.endpoint, self.candidate);
            self.balance.changed(change, endpoint, candidate, now);
        }
    }
}

/// Dropped without an end, the call was given up: it says only that it took so long.
impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let now = self.balance.env.now();
            if self.has_place {
                self.give_place_back(Outcome::Ignored, now);
            }
            self.record(Outcome::Ignored, now);
        }
    }
}

/// What a status says of the endpoint that answered it. A typed error is an answer: only what a
/// server says when it cannot serve counts against it.
fn of_status(status: StatusCode) -> Outcome {
    match status {
        StatusCode::NOT_IMPLEMENTED => Outcome::Success,
        status if status.is_server_error() => Outcome::Failure,
        _ => Outcome::Ignored,
    }
}

/// What it says of an endpoint that there is no answer.
fn of_error(error: &CallError) -> Outcome {
    match error {
        CallError::Connect { .. }
        | CallError::Timeout { .. }
        | CallError::Interrupted { .. }
        | CallError::Answer { .. } => Outcome::Failure,
        // Our own crowd, or the caller's own hurry.
        _ => Outcome::Ignored,
    }
}

/// What a status says of how busy the endpoint is: it has no time, or it failed too quickly to say anything.
fn told_by_status(status: StatusCode) -> Outcome {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Outcome::Failure,
        _ => Outcome::Ignored,
    }
}

/// What it says of how busy the endpoint is that there is no answer.
fn told_by_error(error: &CallError) -> Outcome {
    match error {
        CallError::Timeout { .. } => Outcome::Failure,
        _ => Outcome::Ignored,
    }
}

/// How long the endpoint asks to be left alone, in seconds; a date would trust two clocks.
fn rest_of(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let asks = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let value = headers.get(header::RETRY_AFTER)?;
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    let asked = asks.contains(&status);
    asked.then(|| Duration::from_secs(seconds))
}
