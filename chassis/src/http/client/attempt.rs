//! The attempts of one call: what they share, and what their results mean.
//!
//! `one.rs` makes one of them.

mod one;

use std::sync::atomic::{AtomicBool, Ordering};

use http::Response;

use self::one::One;
use super::call::{Answer, Taken};
use super::judge;
use super::transport::HttpTransport;
use super::tried::Tried;
use super::wire::Wire;
use crate::context::TraceContext;
use crate::contract::{Outgoing, keep_headers};
use crate::policy::stack::{Again, Attempt, Attempts, Ended, Verdict};
use crate::{CallError, Context};

/// What an attempt gives.
pub(super) type Result = std::result::Result<Response<Taken>, CallError>;

/// What the attempts of one call share.
pub(super) struct Exchanges<'a> {
    pub(super) client: &'a HttpTransport,
    /// Index of its method in the contract.
    pub(super) method: usize,
    /// The caller's.
    pub(super) context: Context,
    /// The call's own place in the trace.
    trace: TraceContext,
    answer: Answer,
    pub(super) request: Wire,
    /// The endpoints that had an attempt.
    tried: Tried,
    /// The caller left so little time that it says nothing of the callee if that isn't enough.
    hurried: AtomicBool,
    /// What it has in common with other calls, where they belong to one endpoint.
    key: Option<u64>,
}

impl<'a> Exchanges<'a> {
    /// For the call `outgoing`.
    ///
    /// # Errors
    ///
    /// When it is no request.
    pub(super) fn new(
        client: &'a HttpTransport,
        outgoing: Outgoing,
        context: Context,
        trace: &TraceContext,
        answer: Answer,
    ) -> std::result::Result<Self, CallError> {
        Ok(Self {
            method: outgoing.method,
            key: client.endpoints.balance.key(&outgoing, &context),
            request: client.request(outgoing)?,
            trace: trace.clone(),
            tried: Tried::default(),
            hurried: AtomicBool::new(false),
            client,
            context,
            answer,
        })
    }

    /// The call is over: what it had is there for the next one.
    pub(super) fn over(self) {
        keep_headers(self.request.headers);
    }
}

impl Attempts for Exchanges<'_> {
    type Output = Result;

    async fn attempt(&self, attempt: Attempt) -> Ended<Result> {
        One::new(self, attempt).run().await
    }

    fn judge(&self, output: &Result) -> Verdict {
        let verdict = judge::verdict(output, self.client, &self.tried);
        if verdict.again == Again::Failed && self.request.body.streams() {
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
