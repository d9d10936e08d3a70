//! The attempts of one call: what they share, and what their results mean.
//!
//! `one.rs` makes one of them.

mod one;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::Response;

use self::one::One;
use super::call::{Answer, Taken};
use super::judge;
use super::resend::Kept;
use super::transport::HttpTransport;
use super::tried::Tried;
use super::wire::{SendBody, Wire};
use crate::context::TraceContext;
use crate::policy::stack::{Again, Attempt, Attempts, Ended, Verdict};
use crate::{CallError, Context};

/// What an attempt gives.
pub(super) type Result = std::result::Result<Response<Taken>, CallError>;

/// What the attempts of one call share.
pub(super) struct Exchanges<'a> {
    client: &'a HttpTransport,
    /// Index of its method in the contract.
    method: usize,
    told: Told,
    answer: Answer,
    /// The request, taken out to be sent, put back where it was not.
    wire: Mutex<Option<Wire>>,
    /// What makes it anew, where its body is whole.
    kept: Option<Kept>,
    /// The endpoints that had an attempt.
    tried: Tried,
    /// The caller left so little time that it says nothing of the callee if that isn't enough.
    hurried: AtomicBool,
    /// What it has in common with other calls, where they belong to one endpoint.
    key: Option<u64>,
}

/// What the callee is told of the call, its deadline apart: that is the attempt's.
pub(super) struct Told {
    /// The caller's.
    pub(super) context: Context,
    /// The call's own place in the trace.
    pub(super) trace: TraceContext,
}

impl<'a> Exchanges<'a> {
    /// For the call of `wire`, which is the contract's method at index `method`.
    pub(super) fn new(
        client: &'a HttpTransport,
        (method, wire): (usize, Wire),
        key: Option<u64>,
        told: Told,
        answer: Answer,
    ) -> Self {
        let body = match wire.body() {
            SendBody::Whole(body) => Some(body.clone()),
            // What streams can be sent once.
            SendBody::Streaming(_) => None,
        };
        Self {
            key,
            method,
            kept: body.map(|body| Kept::of(&wire, body)),
            wire: Mutex::new(Some(wire)),
            tried: Tried::default(),
            hurried: AtomicBool::new(false),
            client,
            told,
            answer,
        }
    }

    /// The request: as it was made, or as it was put back, or made anew.
    fn take(&self) -> Option<Wire> {
        let mut wire = self.wire.lock().unwrap_or_else(PoisonError::into_inner);
        wire.take().or_else(|| self.kept.as_ref().map(Kept::wire))
    }

    fn put_back(&self, request: Option<Wire>) {
        if let Some(request) = request {
            *self.wire.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        }
    }
}

impl Attempts for Exchanges<'_> {
    type Output = Result;

    async fn attempt(&self, attempt: Attempt) -> Ended<Result> {
        One::new(self, attempt).run().await
    }

    fn judge(&self, output: &Result) -> Verdict {
        let verdict = judge::verdict(output, self.client, &self.tried);
        if verdict.again == Again::Failed && self.kept.is_none() {
            // A body that streams is gone.
            return Verdict {
                again: Again::Never,
                ..verdict
            };
        }
        let is_late = matches!(output, Err(CallError::Deadline { .. }));
        match is_late && self.hurried.load(Ordering::Relaxed) {
            true => Verdict::IGNORED,
            false => verdict,
        }
    }
}
