//! [`Call`]: one call that was let in, and the machine that says whether there is another attempt.

use std::time::{Duration, Instant};

use super::super::Outcome;
use super::super::breaker::{Breaker, Permit};
use super::super::bulkhead::Place;
use super::super::timeout::{Limit, after};
use super::{Again, Ending, Exhausted, MethodSettings, Stack, Verdict};
use crate::context::Moment;

/// One call that a [`Stack`] let in. Dropped, it was given up: its places are free again.
#[derive(Debug)]
pub struct Call<'a> {
    stack: &'a Stack,
    method: usize,
    settings: MethodSettings,
    limit: Limit,
    place: Option<Place>,
    permit: Option<Permit<&'a Breaker>>,
    began: Instant,
    /// The same.
    since: Moment,
    attempts: u32,
}

/// One attempt of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The first is 1. A hedge counts as one.
    pub number: u32,
    /// When it must be over.
    pub limit: Limit,
    /// When the call must be, and how long an attempt may take.
    call: Limit,
    timeout: Duration,
}

impl Attempt {
    /// The same attempt, its time begun anew: so far nothing could be sent.
    #[must_use]
    pub fn unsent(self, now: Instant) -> Self {
        let limit = self.call.and(now, self.timeout);
        Self { limit, ..self }
    }
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: its result is the call's.
    Done(Option<Exhausted>),
    /// Another attempt, at this time.
    Again(Instant),
}

impl<'a> Call<'a> {
    #[inline]
    pub(super) fn new(
        stack: &'a Stack,
        method: usize,
        settings: MethodSettings,
        limit: Limit,
        place: Option<Place>,
        permit: Option<Permit<&'a Breaker>>,
        (began, since): (Instant, Moment),
    ) -> Self {
        Self {
            stack,
            method,
            settings,
            limit,
            place,
            permit,
            began,
            since,
            attempts: 0,
        }
    }

    /// When the call was let in.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// When it must be over, with all its attempts.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// The settings of its method, as they were when it began.
    pub fn settings(&self) -> &MethodSettings {
        &self.settings
    }

    pub(super) fn stack(&self) -> &'a Stack {
        self.stack
    }

    /// The next attempt, from `now` on.
    #[inline]
    pub fn attempt(&mut self, now: Instant) -> Attempt {
        self.attempts += 1;
        Attempt {
            number: self.attempts,
            limit: self.limit.and(now, self.settings.attempt_timeout),
            call: self.limit,
            timeout: self.settings.attempt_timeout,
        }
    }

    /// What follows an attempt that ended like this at `now`.
    #[inline]
    pub fn next(&self, verdict: &Verdict, now: Instant) -> Next {
        match verdict.again {
            Again::Never => Next::Done(None),
            _ => self.after_failure(verdict, now),
        }
    }

    /// Waits for the attempt that [`Next::Again`] allows, and counts it; gives the time then.
    ///
    /// # Errors
    ///
    /// When it would begin too late: expired work never starts.
    #[cold]
    pub async fn pause(&self, at: Instant) -> Result<Instant, Exhausted> {
        let env = &self.stack.env;
        env.sleep_until(at).await;
        let now = env.now();
        if self.limit.is_over(now) {
            return Err(Exhausted::Time);
        }
        self.stack.tally.retried();
        Ok(now)
    }

    #[cold]
    fn after_failure(&self, verdict: &Verdict, now: Instant) -> Next {
        let may = match verdict.again {
            Again::Never => false,
            Again::Forbidden => return Next::Done(Some(Exhausted::Callee)),
            Again::Unsent => true,
            Again::Failed => self.settings.is_repeatable,
        };
        let Some(retry) = self.settings.retry.filter(|_| may) else {
            return Next::Done(None);
        };
        if self.attempts >= retry.attempts {
            return Next::Done(Some(Exhausted::Attempts));
        }
        let wait = retry.backoff.wait(self.attempts, self.stack.env.random());
        let at = after(now, wait.max(verdict.retry_after.unwrap_or_default()));
        if self.limit.is_over(at) {
            // The first attempt took all the time: that is a slow callee, and no retry of ours.
            let is_ours = self.attempts > 1 || verdict.retry_after.is_some();
            return Next::Done(is_ours.then_some(Exhausted::Time));
        }
        if !self.stack.budget.try_withdraw(now) {
            self.stack.tally.out_of_budget(now);
            return Next::Done(Some(Exhausted::Budget));
        }
        Next::Again(at)
    }

    /// When a hedge is due to an attempt that begins now; `None`: there is none.
    #[inline]
    pub(super) fn hedge_at(&self, now: Instant) -> Option<Instant> {
        let hedge = self.settings.hedge?;
        if self.attempts > 1 || !self.settings.is_repeatable {
            return None;
        }
        let usual = self.stack.latencies.get(self.method)?.known()?;
        let at = after(now, usual.max(hedge.at_least));
        (!self.limit.is_over(at)).then_some(at)
    }

    /// The hedge that is due, if the budget has one left.
    #[cold]
    pub(super) fn hedge(&mut self, now: Instant) -> Option<Attempt> {
        let stack = self.stack;
        // Looked at before anything is taken, so that nothing is lost where the other has none left.
        if stack.hedges.balance(now) < 1.0 || !stack.budget.try_withdraw(now) {
            return None;
        }
        stack.hedges.try_withdraw(now);
        stack.tally.hedged();
        Some(self.attempt(now))
    }

    /// The call is over: `verdict` is that of its last attempt.
    #[inline]
    pub fn end(mut self, verdict: &Verdict, exhausted: Option<Exhausted>, now: Instant) -> Ending {
        let now = Moment::from(now);
        if let Some(permit) = self.permit.take() {
            permit.done(now, verdict.outcome);
        }
        if self.settings.hedge.is_some() {
            self.learn(verdict.outcome, now);
        }
        if exhausted.is_some() {
            self.stack.tally.exhausted();
        }
        drop(self.place.take());
        Ending {
            attempts: self.attempts,
            exhausted,
        }
    }

    /// How long a call takes that nothing went wrong with. Hedged, it took that at least.
    fn learn(&self, outcome: Outcome, now: Moment) {
        let latency = self.stack.latencies.get(self.method);
        if let (Some(hedge), Some(latency)) = (self.settings.hedge, latency)
            && outcome == Outcome::Success
        {
            self.stack.hedges.deposit(now);
            latency.record(now.since(self.since), hedge.quantile, hedge.minimum_calls);
        }
    }
}
