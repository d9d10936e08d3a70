//! [`Call`]: one call through a port, from its beginning to what its caller gets.

use std::borrow::Borrow;
use std::future::Future;
use std::time::Instant;

use super::Meaning;
use super::crossing::{Attempted, Crossing, Finished, Outcome};
use super::guard::Fate;
use crate::{CallError, Context};

/// One call. Tells the observer of the end, however it comes.
pub(crate) struct Call<C: Borrow<Crossing>> {
    pub(crate) crossing: C,
    pub(super) method: usize,
    pub(super) outer: Context,
    pub(crate) context: Context,
    pub(super) started: Instant,
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
        let result = crossing.attempt(self.method, &context, bound, future).await;
        entered.end(fate(&result, judge), failure(&result), &crossing.env);
        result
    }

    pub(super) async fn repeat<T, E, F>(
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
            let result = crossing
                .attempt(self.method, &context, bound, attempt())
                .await;
            let (fate, failure) = (fate(&result, judge), failure(&result));
            if !entered.again(fate, failure, &crossing.env).await {
                return result.map_err(|error| entered.exhausted(error, crossing.name));
            }
        }
    }

    /// Keeps how it went, and gives it to the caller.
    pub(super) fn conclude<T, E: From<CallError>>(
        &mut self,
        result: Attempted<T, E>,
    ) -> Result<T, E> {
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
        Err(
            CallError::Timeout { .. } | CallError::Failed { .. } | CallError::Interrupted { .. },
        ) => Fate::Failed,
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
