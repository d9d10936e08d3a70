//! [`Crossing`]: one call through a port inside the process, and what the chassis does around it.

use std::borrow::Borrow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

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
/// and the place where policies go. A cheap clone.
#[derive(Clone)]
pub struct Crossing {
    pub(crate) name: &'static str,
    observer: Arc<dyn Observer>,
    pub(crate) env: Env,
    /// Which methods pass the caller's idempotency key on; `None` where it stays as it is: an
    /// adapter works for the call itself, a contract's callee is another one.
    passing: Option<Arc<[bool]>>,
}

impl Crossing {
    /// The crossing of port `name`.
    pub fn new(name: &'static str, observer: Arc<dyn Observer>, env: Env) -> Self {
        Self {
            name,
            observer,
            env,
            passing: None,
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
    /// during the call; [`CallError::Panic`] when it panics.
    pub async fn call<T, E, F>(&self, method: usize, future: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let mut call = Call::begin(self, method);
        call.run(future).await
    }

    async fn run<T, E, F>(
        &self,
        context: &Context,
        deadline: Option<Instant>,
        future: F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let mut future = pin!(future);
        let mut alarm = deadline.map(|at| Alarm::new(&self.env, at));
        poll_fn(|cx| {
            let poll = AssertUnwindSafe(|| context.enter(|| future.as_mut().poll(cx)));
            match catch_unwind(poll) {
                Err(_) => Poll::Ready(Err(CallError::Panic {
                    service: self.name.into(),
                }
                .into())),
                Ok(Poll::Ready(result)) => Poll::Ready(result),
                Ok(Poll::Pending) => match &mut alarm {
                    Some(alarm) => alarm
                        .poll_elapsed(cx)
                        .map(|()| Err(self.deadline("done").into())),
                    None => Poll::Pending,
                },
            }
        })
        .await
    }

    pub(crate) fn deadline(&self, stage: &'static str) -> CallError {
        CallError::Deadline {
            service: self.name.to_owned(),
            stage,
        }
    }
}

impl fmt::Debug for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crossing")
            .field("name", &self.name)
            .finish_non_exhaustive()
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
    pub(crate) async fn run<T, E, F>(&mut self, future: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<CallError>,
    {
        let crossing = self.crossing.borrow();
        let deadline = self.outer.deadline();
        let result = match deadline {
            Some(at) if at <= self.started => Err(crossing.deadline("called").into()),
            _ => crossing.run(&self.context, deadline, future).await,
        };
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

/// The error's type without its path: `StoreError`.
pub(crate) fn error_type<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    name.rsplit("::").next().unwrap_or(name)
}
