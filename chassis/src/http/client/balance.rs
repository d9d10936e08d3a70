//! Which endpoint is next, and what its call said of it.
//!
//! [`Balance`] belongs to a client; the choice itself is a [`Balancer`] of each version of the list
//! of endpoints. A [`Visit`] is one call at one endpoint: in flight until it is dropped, judged by
//! [`Visit::end`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Response, StatusCode, header};

use super::endpoints::Set;
use super::pool::Endpoint;
use crate::CallError;
use crate::context::Env;
use crate::policy::Outcome;
use crate::policy::balance::{Ask, Candidate, InFlight, LoadSettings, Stay};
use crate::policy::ejection::{Change, EjectionSettings, Group, Reason, Standing};

/// What the endpoints of a client have in common.
#[derive(Debug)]
pub(super) struct Balance {
    service: &'static str,
    pub(super) group: Group,
    load: LoadSettings,
    env: Env,
}

impl Balance {
    pub(super) fn new(service: &'static str, env: &Env) -> Self {
        Self {
            service,
            group: Group::new(EjectionSettings::default()),
            load: LoadSettings::default(),
            env: env.clone(),
        }
    }

    /// What is known of an endpoint that has just come: nothing.
    pub(super) fn candidate(&self) -> Arc<Candidate> {
        let now = self.env.now();
        Arc::new(Candidate::new(&self.group, self.load, now))
    }

    /// The endpoint that gets the call; `None` when there is nobody left.
    pub(super) fn visit<'a>(
        &'a self,
        set: &'a Set,
        ask: Ask<'_>,
        now: Instant,
    ) -> Option<Visit<'a>> {
        let pick = set.balancer.pick(ask, now, &self.env)?;
        let endpoint = set.endpoints.get(pick.index)?;
        let candidate = set.balancer.candidates().get(pick.index)?;
        Some(Visit {
            balance: self,
            endpoint,
            candidate,
            standing: pick.standing,
            since: now,
            is_over: false,
            _in_flight: candidate.load().begin(),
        })
    }

    /// Says what has changed, once.
    #[cold]
    fn tell(&self, change: Change, endpoint: &Endpoint) {
        let (service, endpoint) = (self.service, endpoint.address());
        let (ejected, of) = self.group.ejected();
        match change {
            // Who asks to be left alone is not ill, and may ask every second.
            Change::Ejected {
                time,
                reason: reason @ Reason::RetryAfter,
            } => {
                tracing::debug!(service, %endpoint, %reason, "no calls for {time:?}");
            }
            Change::Ejected { time, reason } => {
                tracing::warn!(
                    service, %endpoint, %reason, ejected, of,
                    "ejected: no calls for {time:?}, then one to see whether it is back"
                );
            }
            Change::Readmitted => {
                tracing::info!(service, %endpoint, ejected, of, "readmitted: it answers again");
            }
        }
    }
}

/// A call at one endpoint.
pub(super) struct Visit<'a> {
    balance: &'a Balance,
    pub(super) endpoint: &'a Arc<Endpoint>,
    candidate: &'a Arc<Candidate>,
    standing: Standing,
    since: Instant,
    is_over: bool,
    _in_flight: InFlight<'a>,
}

impl Visit<'_> {
    /// Whose visit it is, for [`Ask`].
    pub(super) fn id(&self) -> u64 {
        self.candidate.id()
    }

    /// A connection is there: the endpoint's own time begins.
    pub(super) fn sent(&mut self, now: Instant) {
        self.since = now;
    }

    /// The answer begins to stream: in flight until the stream is over.
    pub(super) fn stay(&self) -> Stay {
        self.candidate.stay()
    }

    /// An answer came.
    pub(super) fn answered<B>(self, answer: &Response<B>, now: Instant) {
        let status = answer.status();
        let rest = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        let rest = rest.then(|| rest_of(status, answer.headers())).flatten();
        let (balance, endpoint, candidate) = (self.balance, self.endpoint, self.candidate);
        self.end(of_status(status), now);
        if let Some(change) = rest.and_then(|rest| candidate.member().rest(rest, now)) {
            balance.tell(change, endpoint);
        }
    }

    /// There is no answer, for this reason.
    #[cold]
    pub(super) fn failed(self, error: &CallError, now: Instant) {
        self.end(of_error(error), now);
    }

    /// It is over, and went so.
    pub(super) fn end(mut self, outcome: Outcome, now: Instant) {
        self.is_over = true;
        self.record(outcome, now);
    }

    fn record(&self, outcome: Outcome, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since);
        let change = self.candidate.record(self.standing, outcome, elapsed, now);
        if let Some(change) = change {
            self.balance.tell(change, self.endpoint);
        }
    }
}

/// Dropped without an end, the call was given up: it says only that it took so long.
impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.record(Outcome::Ignored, self.balance.env.now());
        }
    }
}

/// What a status says of the endpoint that answered it. A typed error is an answer: only what a
/// server says when it cannot serve counts against it.
fn of_status(status: StatusCode) -> Outcome {
    match status {
        StatusCode::NOT_IMPLEMENTED => Outcome::Success,
        StatusCode::TOO_MANY_REQUESTS => Outcome::Ignored,
        status if status.is_server_error() => Outcome::Failure,
        _ => Outcome::Success,
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

/// How long the endpoint asks to be left alone.
#[cold]
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
