//! [`Permit`]: one call that passed.

use std::borrow::Borrow;

use super::super::Outcome;
use super::window::Mark;
use super::{Breaker, Gate, Open, Shared, State};
use crate::context::Moment;
use crate::policy::sync::atomic::Ordering;

/// One call that a [`Breaker`] let pass. It holds a breaker or a reference to one.
#[derive(Debug)]
#[must_use = "the breaker learns how the call went by `done`; a dropped permit counts as ignored"]
pub struct Permit<B: Borrow<Breaker> = Breaker> {
    breaker: B,
    started: Moment,
    /// The breaker's word when the call passed.
    word: u64,
    is_told: bool,
}

impl<B: Borrow<Breaker>> Permit<B> {
    #[inline]
    pub(super) fn acquire(breaker: B, now: Moment) -> Result<Self, Open> {
        let shared = &breaker.borrow().0;
        let mut word = shared.word.load(Ordering::Acquire);
        if Gate::of(word) == Gate::Guarded {
            word = shared.admit(now)?;
        }
        Ok(Self {
            breaker,
            started: now,
            word,
            is_told: false,
        })
    }

    /// Says that the call ended at `now`, and how.
    #[inline(always)]
    pub fn done(mut self, now: impl Into<Moment>, outcome: Outcome) {
        self.is_told = true;
        let now = now.into();
        if !self.passed(now, outcome) {
            self.tell(now, outcome);
        }
    }

    /// What nearly all calls are: good and quick, at a breaker that is closed and calm, and was when
    /// the call began. `false`: it is another case, and nothing was counted.
    #[inline]
    fn passed(&self, now: Moment, outcome: Outcome) -> bool {
        let shared = &self.breaker.borrow().0;
        let elapsed = now.nanos_since(self.started);
        let is_good = outcome == Outcome::Success
            && elapsed < shared.slow_after.load(Ordering::Relaxed)
            && Gate::of(self.word) == Gate::Calm
            && shared.word.load(Ordering::Acquire) == self.word;
        if is_good {
            shared.window.record(now, Mark::GOOD);
        }
        is_good
    }

    /// The breaker's time.
    pub(super) fn now(&self) -> Moment {
        self.breaker.borrow().0.env.now().into()
    }

    #[cold]
    fn tell(&self, now: Moment, outcome: Outcome) {
        let shared = &self.breaker.borrow().0;
        // A given-up call that took long says at least that.
        let elapsed = now.nanos_since(self.started);
        let slow = elapsed >= shared.slow_after.load(Ordering::Relaxed);
        let failed = outcome == Outcome::Failure;
        let mark = (outcome != Outcome::Ignored || slow).then_some(Mark { failed, slow });
        shared.ended(self.word, mark, now);
    }
}

impl<B: Borrow<Breaker>> Drop for Permit<B> {
    fn drop(&mut self) {
        if !self.is_told {
            let now = self.now();
            self.tell(now, Outcome::Ignored);
        }
    }
}

impl Shared {
    /// Passes the guarded gate, and gives the word that it has then.
    #[cold]
    fn admit(&self, now: Moment) -> Result<u64, Open> {
        let now = now.instant();
        let mut machine = self.lock();
        let settings = self.settings.load();
        while let Some(transition) = machine.tick(now, self.env.random(), &settings) {
            self.publish(&mut machine, &transition, now);
        }
        machine.admit(now, &settings)?;
        Ok(self.word.load(Ordering::Relaxed))
    }

    /// A call that passed at `word` has ended. Only calls of the present state count.
    fn ended(&self, word: u64, mark: Option<Mark>, now: Moment) {
        let present = self.word.load(Ordering::Acquire);
        if present >> 8 != word >> 8 {
            return;
        }
        match (Gate::of(present), mark) {
            (Gate::Guarded, _) => self.tried(present, mark, now),
            (Gate::Free, _) | (_, None) => {}
            (Gate::Counting, Some(mark)) => self.window.record(now, mark),
            (Gate::Calm, Some(mark)) if !mark.failed && !mark.slow => self.window.record(now, mark),
            (_, Some(mark)) => self.weigh(present, mark, now),
        }
    }

    #[cold]
    fn tried(&self, word: u64, mark: Option<Mark>, now: Moment) {
        let now = now.instant();
        let random = self.env.random();
        self.change(now, |machine| {
            let is_late = self.word.load(Ordering::Relaxed) >> 8 != word >> 8;
            if is_late || machine.state != State::HalfOpen {
                return None;
            }
            machine.tried(mark, now, random, &self.settings.load())
        });
    }

    /// Records an outcome that may open the breaker, and opens it if it does.
    #[cold]
    fn weigh(&self, word: u64, mark: Mark, now: Moment) {
        self.window.record(now, mark);
        let now = now.instant();
        let counts = self.window.counts(now);
        let is_calm = counts.failed == 0 && counts.slow == 0;
        let gate = if is_calm { Gate::Calm } else { Gate::Watchful };
        let weighed = (word & !0xff) | gate as u64;
        // Fails when the state, or another call's weighing, has changed it: that is as good.
        let _ = self
            .word
            .compare_exchange(word, weighed, Ordering::AcqRel, Ordering::Relaxed);
        if is_calm || counts.calls < u64::from(self.settings.load().minimum_calls) {
            return;
        }
        let random = self.env.random();
        self.change(now, |machine| {
            let is_late = self.word.load(Ordering::Relaxed) >> 8 != word >> 8;
            (!is_late).then(|| machine.weigh(counts, now, random, &self.settings.load()))?
        });
    }
}
