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
use super::guard::{Bound, Entered, Fate, Guard};
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
    observer: Arc<dyn Observer>,
    pub(crate) env: Env,
    /// Which methods pass the caller's idempotency key on; `None` where it stays as it is: an
    /// adapter works for the call itself, a contract's callee is another one.
    passing: Option<Arc<[bool]>>,
    guard: Guard,
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

    /// One attempt, until `bound` at most.
    async fn attempt<T, E, F>(
        &self,
        context: &Context,
        bound: Option<Bound>,
        future: F,
    ) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let mut future = pin!(future);
        let mut alarm = bound.map(|bound| Alarm::new(&self.env, bound.at));
        poll_fn(|cx| {
            let poll = AssertUnwindSafe(|| context.enter(|| future.as_mut().poll(cx)));
            match catch_unwind(poll) {
                Err(_) => Poll::Ready(Err(CallError::Panic {
                    service: self.name.into(),
                })),
                Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
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
type Attempted<T, E> = Result<Result<T, E>, CallError>;

impl fmt::Debug for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crossing")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Crossing {
    /// Lets a call in, if its time is not over and the policies have a place for it.
    async fn enter<C: Borrow<Self>>(&self, call: &Call<C>) -> Result<Entered<'_>, CallError> {
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
}

/// One call. Tells the observer of the end, however it comes.
pub(crate) struct Call<C: Borrow<Crossing>> {
    pub(crate) crossing: C,
    method: usize,
    outer: Context,
    pub(crate) context: Context,
    started: Instant,
    pub(crate) outcome: Outcome,
    items: Option<u64>,
}

impl<C: Borrow<Crossing>> Call<C> {
    pub(crate) fn begin(crossing: C, method: usize) -> Self {
        let outer = Context::current();
        let own: &Crossing = crossing.borrow();
        let mut context = own.observer.begin(method, outer.clone());
        if let Some(passing) = &own.passing {
            let is_idempotent = passing.get(method).copied().unwrap_or_default();
            context = context.for_callee(own.name, method, is_idempotent);
        }
        Self {
            method,
            outer,
            context,
            started: own.env.now(),
            outcome: Outcome::Cancelled,
            items: None,
            crossing,
        }
    }

    /// Runs the call, or what of it comes before its stream.
    pub(crate) async fn run<T, E, F>(&mut self, judge: fn(&E) -> Meaning, future: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let result = self.once(judge, future).await;
        self.conclude(result)
    }

    async fn once<T, E, F>(&self, judge: fn(&E) -> Meaning, future: F) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let crossing = self.crossing.borrow();
        let mut entered = crossing.enter(self).await?;
        let bound = entered.attempt();
        let context = entered.context(&self.context, bound);
        let result = crossing.attempt(&context, bound, future).await;
        entered.end(fate(&result, judge), failure(&result), &crossing.env);
        result
    }

    async fn repeat<T, E, F>(
        &self,
        judge: fn(&E) -> Meaning,
        attempt: impl Fn() -> F,
    ) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let crossing = self.crossing.borrow();
        let mut entered = crossing.enter(self).await?;
        loop {
            let bound = entered.attempt();
            let context = entered.context(&self.context, bound);
            let result = crossing.attempt(&context, bound, attempt()).await;
            let (fate, failure) = (fate(&result, judge), failure(&result));
            if !entered.again(fate, failure, &crossing.env).await {
                return result.map_err(|error| entered.exhausted(error, crossing.name));
            }
        }
    }

    /// Keeps how it went, and gives it to the caller.
    fn conclude<T, E: From<CallError>>(&mut self, result: Attempted<T, E>) -> Result<T, E> {
        let result = result.unwrap_or_else(|error| Err(error.into()));
        self.outcome = match &result {
            Ok(_) => Outcome::Ok,
            Err(_) => Outcome::Error(error_type::<E>()),
        };
        result
    }

    /// The call gave a stream, which goes on.
    pub(crate) fn stream(&mut self) {
        self.outcome = Outcome::Cancelled;
        self.items = Some(0);
    }

    pub(crate) fn item(&mut self) {
        self.items = self.items.map(|items| items + 1);
        self.crossing.borrow().observer.item(self.method);
    }
}

impl<C: Borrow<Crossing>> Drop for Call<C> {
    fn drop(&mut self) {
        let crossing = self.crossing.borrow();
        crossing.observer.end(&Finished {
            method: self.method,
            outer: &self.outer,
            context: &self.context,
            time: (self.started, crossing.env.now()),
            outcome: self.outcome,
            items: self.items,
        });
    }
}

/// What an attempt's result means to the policies.
fn fate<T, E>(result: &Attempted<T, E>, judge: fn(&E) -> Meaning) -> Fate {
    match result {
        Ok(Ok(_)) => Fate::Well,
        Ok(Err(error)) => match judge(error) {
            Meaning::Fault => Fate::Failed,
            Meaning::Answer => Fate::Well,
            Meaning::Unsaid => Fate::Lost,
        },
        Err(CallError::Timeout { .. }) => Fate::Failed,
        Err(CallError::Deadline { .. }) => Fate::Late,
        // It panicked, and would again.
        Err(_) => Fate::Lost,
    }
}

/// The `error.type` of a failure.
fn failure<T, E>(result: &Attempted<T, E>) -> &'static str {
    match result {
        // Looked for in a long name: not where nothing failed.
        Ok(Ok(_)) => "",
        Ok(Err(_)) => error_type::<E>(),
        Err(error) => error.kind(),
    }
}

/// The error's type without its path: `StoreError`.
pub(crate) fn error_type<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    name.rsplit("::").next().unwrap_or(name)
}
