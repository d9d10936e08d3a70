//! [`Crossing`]: one call through a port inside the process, and what the chassis does around it.

use std::borrow::Borrow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use super::Meaning;
use super::call::Call;
use super::chaos::Faults;
use super::guard::{Bound, Entered, Guard};
use crate::context::{Alarm, Env};
use crate::{CallError, Context};

/// What watches the calls of one port: telemetry, health, the admin page.
pub trait Observer: Send + Sync + 'static {
    /// A call begins. Gives the context for the work inside: a child span where the trace is
    /// sampled, else `context` as it is.
    fn begin(&self, method: usize, context: Context) -> Context;
    /// The stream that a call gave has given an item.
    fn item(&self, method: usize) {
        let _ = method;
    }
    /// The call is over, also when it was dropped half-way; one that gave a stream when that is.
    fn end(&self, finished: &Finished<'_>);
}

/// A call that is over.
#[derive(Debug)]
pub struct Finished<'a> {
    /// Index into the port's methods.
    pub method: usize,
    /// The context of the caller.
    pub outer: &'a Context,
    /// The context that [`Observer::begin`] gave.
    pub context: &'a Context,
    /// When it began and ended.
    pub time: (Instant, Instant),
    /// How it went.
    pub outcome: Outcome,
    /// How many items its stream gave; `None` where it gave none.
    pub items: Option<u64>,
}

/// How a call through a port went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gave `Ok`.
    Ok,
    /// It gave `Err`: the error's `error.type`.
    Error(&'static str),
    /// The caller dropped it.
    Cancelled,
}

/// What the chassis does around each call of one port: span, metrics, deadline, no panic across,
/// and the port's policies where it has some. A cheap clone.
#[derive(Clone)]
pub struct Crossing {
    pub(crate) name: &'static str,
    pub(super) observer: Arc<dyn Observer>,
    pub(crate) env: Env,
    /// Which methods pass the caller's idempotency key on; `None` where it stays as it is: an
    /// adapter works for the call itself, a contract's callee is another one.
    pub(super) passing: Option<Arc<[bool]>>,
    guard: Guard,
    faults: Faults,
}

impl Crossing {
    /// The crossing of port `name`.
    pub fn new(name: &'static str, observer: Arc<dyn Observer>, env: Env) -> Self {
        Self {
            name,
            observer,
            env,
            passing: None,
            guard: Guard::none(),
            faults: Faults::none(),
        }
    }

    /// The same whose calls suffer what `chaos` says, innermost: below the policies, which are to be tried by it.
    #[cfg(feature = "chaos")]
    #[must_use]
    pub fn suffering(self, chaos: crate::policy::Chaos, port: &'static super::PortInfo) -> Self {
        Self {
            faults: Faults::new(chaos, port),
            ..self
        }
    }

    /// The same within the port's policies; the stack's methods are the port's, in their order.
    #[cfg(feature = "service")]
    #[must_use]
    pub fn guarded(self, stack: Arc<crate::policy::Stack>) -> Self {
        Self {
            guard: Guard::new(stack),
            ..self
        }
    }

    /// Gives the callee an idempotency key as another process would get it: of its own, and only
    /// for the methods that `idempotent` names by their index.
    #[cfg(feature = "service")]
    pub(crate) fn with_keys(mut self, idempotent: impl IntoIterator<Item = bool>) -> Self {
        self.passing = Some(idempotent.into_iter().collect());
        self
    }

    /// Runs `future` as one call of `method` (an index into the port's methods).
    ///
    /// # Errors
    ///
    /// What `future` gives; [`CallError::Deadline`] when the caller's time is over before or
    /// during the call; [`CallError::Panic`] when it panics; what the port's policies refuse.
    pub async fn call<T, E, F>(&self, method: usize, future: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        self.judged(method, Meaning::unsaid, future).await
    }

    /// The same where `judge` says what an error means to the port's policies.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub async fn judged<T, E, F>(
        &self,
        method: usize,
        judge: fn(&E) -> Meaning,
        future: F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let mut call = Call::begin(self, method);
        call.run(judge, future).await
    }

    /// The same for a method that may be called again without harm: each attempt is a future that
    /// `attempt` makes.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), of the last attempt.
    pub async fn repeated<T, E, F>(
        &self,
        method: usize,
        judge: fn(&E) -> Meaning,
        attempt: impl Fn() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let mut call = Call::begin(self, method);
        let result = call.repeat(judge, attempt).await;
        call.conclude(result)
    }

    /// Lets a call in, if its time is not over and the policies have a place for it.
    pub(super) async fn enter<C: Borrow<Self>>(
        &self,
        call: &Call<C>,
    ) -> Result<Entered<'_>, CallError> {
        let (deadline, now) = (call.outer.deadline(), call.started);
        match deadline {
            Some(at) if at <= now => Err(Bound::caller(at).error(self.name, "called")),
            _ => {
                self.guard
                    .enter(self.name, call.method, deadline, now)
                    .await
            }
        }
    }

    /// One attempt, until `bound` at most.
    pub(super) async fn attempt<T, E, F>(
        &self,
        method: usize,
        context: &Context,
        bound: Option<Bound>,
        future: F,
    ) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let mut future = pin!(self.faults.around(method, context, &self.env, future));
        let mut alarm = bound.map(|bound| Alarm::new(&self.env, bound.at));
        poll_fn(|cx| {
            let poll = AssertUnwindSafe(|| context.enter(|| future.as_mut().poll(cx)));
            match catch_unwind(poll) {
                Err(_) => Poll::Ready(Err(CallError::Panic {
                    service: self.name.into(),
                })),
                Ok(Poll::Ready(result)) => Poll::Ready(result),
                Ok(Poll::Pending) => match (&mut alarm, bound) {
                    (Some(alarm), Some(bound)) => alarm
                        .poll_elapsed(cx)
                        .map(|()| Err(bound.error(self.name, "done"))),
                    _ => Poll::Pending,
                },
            }
        })
        .await
    }
}

/// What an attempt gave: the adapter's result, or why the chassis ended it.
pub(super) type Attempted<T, E> = Result<Result<T, E>, CallError>;

impl fmt::Debug for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crossing")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
