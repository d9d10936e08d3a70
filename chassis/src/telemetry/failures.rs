//! [`Failures`]: the last calls of a port that failed.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::context::TraceId;

/// One call that failed. Its error's message is not kept: it may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// When it ended.
    pub at: SystemTime,
    /// Which method of the port.
    pub method: &'static str,
    /// `error.type`: the error's type, a status, or `cancelled`.
    pub error_type: Cow<'static, str>,
    /// Where to look further.
    pub trace_id: TraceId,
}

/// How many failures are kept.
pub(crate) const KEPT: usize = 16;

/// The last failures of a port.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<VecDeque<Failure>>);

impl Failures {
    /// Keeps one more; the oldest goes.
    pub(crate) fn keep(&self, failure: Failure) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(failure);
    }

    /// The last ones, the newest first.
    pub(crate) fn all(&self) -> Vec<Failure> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().cloned().collect()
    }
}
