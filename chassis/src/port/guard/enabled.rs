//! With policies: what a [`Stack`] says before, between and after the attempts of a call.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use super::bound::Bound;
use super::fate::Fate;
use crate::context::Env;
use crate::policy::Outcome;
use crate::policy::stack::{Again, Call, Exhausted, Next, Refusal, Stack, Verdict};
use crate::policy::timeout::{Limit, Whose};
use crate::{CallError, Context};

/// The policies of a port; none where it has none.
#[derive(Clone, Default)]
pub(in crate::port) struct Guard(Option<Arc<Stack>>);

/// A call that was let in.
pub(in crate::port) struct Entered<'a> {
    /// `None` where the port has no policies, and when the call is over.
    call: Option<Call<'a>>,
    deadline: Option<Instant>,
    now: Instant,
    attempts: u32,
    exhausted: Option<Exhausted>,
}

impl Guard {
    pub(in crate::port) fn new(stack: Arc<Stack>) -> Self {
        Self(Some(stack))
    }

    pub(in crate::port) async fn enter(
        &self,
        name: &str,
        method: usize,
        deadline: Option<Instant>,
        now: Instant,
    ) -> Result<Entered<'_>, CallError> {
        let call = match &self.0 {
            None => None,
            Some(stack) => match stack.enter(method, deadline, now).await {
                Ok(call) => Some(call),
                Err(refusal) => return Err(refused(refusal, name)),
            },
        };
        Ok(Entered {
            now: call.as_ref().map_or(now, Call::began),
            call,
            deadline,
            attempts: 0,
            exhausted: None,
        })
    }
}

impl Entered<'_> {
    /// An attempt begins: when it must be over.
    pub(in crate::port) fn attempt(&mut self) -> Option<Bound> {
        self.attempts += 1;
        match &mut self.call {
            None => self.deadline.map(Bound::caller),
            Some(call) => Some(call.attempt(self.now).limit.into()),
        }
    }

    /// The context of the attempt: with its own deadline, where the caller's is later.
    pub(in crate::port) fn context<'c>(
        &self,
        outer: &'c Context,
        bound: Option<Bound>,
    ) -> Cow<'c, Context> {
        match bound {
            Some(bound) if self.deadline.is_none_or(|at| bound.at < at) => {
                Cow::Owned(outer.clone().with_deadline(bound.at))
            }
            _ => Cow::Borrowed(outer),
        }
    }

    /// The attempt is over. Whether there is another one, now.
    pub(in crate::port) async fn again(&mut self, fate: Fate, env: &Env) -> bool {
        let Some(call) = &self.call else {
            return false;
        };
        let (verdict, now) = (verdict(fate), env.now());
        match call.next(&verdict, now) {
            Next::Done(exhausted) => {
                self.exhausted = exhausted;
                if let Some(call) = self.call.take() {
                    call.end(&verdict, exhausted, now);
                }
                false
            }
            Next::Again(at) => {
                env.sleep_until(at).await;
                self.now = env.now();
                true
            }
        }
    }

    /// The call is over.
    pub(in crate::port) fn end(mut self, fate: Fate, env: &Env) {
        if let Some(call) = self.call.take() {
            call.end(&verdict(fate), None, env.now());
        }
    }

    /// Says that whoever called us must not try again, where that is so.
    pub(in crate::port) fn exhausted(&self, error: CallError, name: &str) -> CallError {
        match self.exhausted {
            None => error,
            Some(why) => CallError::Exhausted {
                service: name.to_owned(),
                attempts: self.attempts,
                reason: why.to_string(),
                source: Box::new(error),
            },
        }
    }
}

impl From<Limit> for Bound {
    fn from(limit: Limit) -> Self {
        match limit.whose() {
            Whose::Caller => Self::caller(limit.at()),
            Whose::Own(own) => Self::own(limit.at(), own),
        }
    }
}

fn verdict(fate: Fate) -> Verdict {
    match fate {
        Fate::Well => Verdict::SUCCESS,
        Fate::Failed => Verdict::failure(Again::Failed),
        Fate::Broken => Verdict::failure(Again::Never),
        Fate::Unknown => Verdict {
            outcome: Outcome::Ignored,
            ..Verdict::IGNORED
        },
    }
}

/// Why a call was not let in.
#[cold]
fn refused(refusal: Refusal, name: &str) -> CallError {
    let service = name.to_owned();
    match refusal {
        Refusal::Late(limit) => Bound::from(limit).error(name, "called"),
        Refusal::Crowded => CallError::Overloaded {
            reason: format!(
                "as many calls are under way and wait as port.{name}.bulkhead allows; call it less \
                 at a time, or raise max_calls or max_waiting"
            ),
            service,
        },
        Refusal::Open(open) => CallError::BreakerOpen {
            service,
            retry_after: open.retry_after,
        },
    }
}
