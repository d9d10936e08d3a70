//! Without policies: the caller's deadline is all that bounds a call.

use std::borrow::Cow;
use std::time::Instant;

use super::bound::Bound;
use super::fate::Fate;
use crate::context::Env;
use crate::{CallError, Context};

/// Nothing.
#[derive(Clone)]
pub(in crate::port) struct Guard;

/// A call that was let in.
pub(in crate::port) struct Entered<'a> {
    bound: Option<Bound>,
    _guard: &'a Guard,
}

impl Guard {
    /// No policies.
    pub(in crate::port) fn none() -> Self {
        Self
    }

    #[expect(
        clippy::unused_async,
        reason = "with policies, a call may wait for its place"
    )]
    pub(in crate::port) async fn enter(
        &self,
        _name: &str,
        _method: usize,
        deadline: Option<Instant>,
        _now: Instant,
    ) -> Result<Entered<'_>, CallError> {
        Ok(Entered {
            bound: deadline.map(Bound::caller),
            _guard: self,
        })
    }
}

impl Entered<'_> {
    pub(in crate::port) fn attempt(&mut self) -> Option<Bound> {
        self.bound
    }

    pub(in crate::port) fn context<'c>(
        &self,
        outer: &'c Context,
        _bound: Option<Bound>,
    ) -> Cow<'c, Context> {
        Cow::Borrowed(outer)
    }

    #[expect(
        clippy::unused_async,
        reason = "with policies, it waits for the next attempt"
    )]
    pub(in crate::port) async fn again(
        &mut self,
        _fate: Fate,
        _error_type: &str,
        _env: &Env,
    ) -> bool {
        false
    }

    pub(in crate::port) fn end(self, _fate: Fate, _error_type: &str, _env: &Env) {}

    pub(in crate::port) fn exhausted(&self, error: CallError, _name: &str) -> CallError {
        error
    }
}
