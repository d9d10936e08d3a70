//! With policies: what a [`Stack`] says before, between and after the attempts of a call.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bound::Bound;
use super::fate::Fate;
use crate::context::{Env, say_exhausted};
use crate::policy::Outcome;
use crate::policy::stack::{Again, Call, Exhausted, Next, Refusal, Stack, Verdict};
use crate::policy::timeout::{FAIR, Limit, Whose};
use crate::{CallError, Context};

/// The policies of a port; none where it has none.
#[derive(Clone)]
pub(in crate::port) struct Guard(Option<Arc<Stack>>);

/// A call that was let in.
pub(in crate::port) struct Entered<'a> {
    stack: Option<&'a Stack>,
    /// `None` where the port has no policies, and when the call is over.
    call: Option<Call<'a>>,
    deadline: Option<Instant>,
    now: Instant,
    attempts: u32,
    /// The caller gave the last attempt so little time that its end says nothing of the port.
    hurried: bool,
    exhausted: Option<Exhausted>,
}

impl Guard {
    /// No policies.
    pub(in crate::port) fn none() -> Self {
        Self(None)
    }

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
        let stack = self.0.as_deref();
        let call = match stack {
            None => None,
            Some(stack) => match stack.enter(method, deadline, now).await {
                Ok(call) => Some(call),
                Err(refusal) => return Err(refused(refusal, name, stack)),
            },
        };
        Ok(Entered {
            now: call.as_ref().map_or(now, Call::began),
            stack,
            call,
            deadline,
            attempts: 0,
            hurried: false,
            exhausted: None,
        })
    }
}

impl Entered<'_> {
    /// An attempt begins: when it must be over.
    pub(in crate::port) fn attempt(&mut self) -> Option<Bound> {
        self.attempts += 1;
        self.hurried = self.deadline.is_some_and(|at| at < self.now + FAIR);
        match &mut self.call {
            None => self.deadline.map(Bound::caller),
            Some(call) => bound(call.attempt(self.now).limit),
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
    pub(in crate::port) async fn again(&mut self, fate: Fate, error_type: &str, env: &Env) -> bool {
        let Some(call) = &self.call else {
            return false;
        };
        let (verdict, now) = (self.verdict(fate, error_type), env.now());
        let exhausted = match call.next(&verdict, now) {
            Next::Done(exhausted) => exhausted,
            Next::Again(at) => match call.pause(at).await {
                Ok(now) => {
                    self.now = now;
                    return true;
                }
                Err(exhausted) => Some(exhausted),
            },
        };
        self.exhausted = exhausted;
        if exhausted.is_some() {
            say_exhausted();
        }
        if let Some(call) = self.call.take() {
            call.end(&verdict, exhausted, now);
        }
        false
    }

    /// The call is over.
    pub(in crate::port) fn end(mut self, fate: Fate, error_type: &str, env: &Env) {
        if let Some(call) = self.call.take() {
            let verdict = self.verdict(fate, error_type);
            call.end(&verdict, None, env.now());
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

    fn verdict(&self, fate: Fate, error_type: &str) -> Verdict {
        match fate {
            Fate::Well => Verdict::SUCCESS,
            Fate::Failed => self.failure(Again::Failed, error_type),
            Fate::Late if self.hurried => Verdict::IGNORED,
            Fate::Lost | Fate::Late => self.failure(Again::Never, error_type),
        }
    }

    /// What the settings say is no failure is none; it may be tried again all the same.
    #[cold]
    fn failure(&self, again: Again, error_type: &str) -> Verdict {
        let failure = Verdict::failure(again);
        match self.stack.is_some_and(|stack| stack.ignores(error_type)) {
            true => Verdict {
                outcome: Outcome::Ignored,
                ..failure
            },
            false => failure,
        }
    }
}

/// What an own limit is where none is set: nothing is armed for it.
pub(crate) const NEVER: Duration = Duration::MAX;

fn bound(limit: Limit) -> Option<Bound> {
    match limit.whose() {
        Whose::Caller => Some(Bound::caller(limit.at())),
        Whose::Own(NEVER) => None,
        Whose::Own(own) => Some(Bound::own(limit.at(), own)),
    }
}

/// Why a call was not let in.
#[cold]
fn refused(refusal: Refusal, name: &str, stack: &Stack) -> CallError {
    let service = name.to_owned();
    match refusal {
        Refusal::Late(limit) => match limit.whose() {
            Whose::Caller => Bound::caller(limit.at()),
            Whose::Own(own) => Bound::own(limit.at(), own),
        }
        .error(name, "called"),
        Refusal::Crowded => {
            let bulkhead = stack.settings().bulkhead;
            let bulkhead = bulkhead.unwrap_or_default();
            CallError::Overloaded {
                reason: format!(
                    "{} calls to it are under way and {} wait, which is the bulkhead's limit; call it \
                     less at a time, or raise port.{name}.bulkhead.max_calls or \
                     port.{name}.bulkhead.max_waiting",
                    bulkhead.max_calls, bulkhead.max_waiting,
                ),
                service,
            }
        }
        Refusal::Open(open) => {
            say_exhausted();
            CallError::BreakerOpen {
                service,
                retry_after: open.retry_after,
            }
        }
    }
}
