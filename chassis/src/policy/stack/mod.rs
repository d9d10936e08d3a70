//! The policies of one dependency, in their order, around each call to it.
//!
//! ```text
//! lesser of caller's deadline and total timeout → bulkhead → breaker → retry and hedge → attempts
//! ```
//!
//! A [`Stack`] holds what the calls to one dependency share: the bulkhead, the breaker, one budget
//! for retries and hedges, and how long the answers of each method take. [`Stack::enter`] lets a
//! call in; the [`Call`] that it gives is a small machine that is asked when there may be another
//! attempt; [`Call::run`] drives it over anything that can make one ([`Attempts`]). What an attempt
//! is, on which endpoint it goes and over which wire, is the transport's.
//!
//! It knows no wire format: an HTTP client, an own port or a foreign program's call are alike to
//! it. Nothing is allocated a call, a fired hedge apart; what is off costs a branch. The settings
//! can be changed while calls are under way ([`Stack::update`]): what was counted stays.
//!
//! Start at `call.rs`, then `run.rs`. [`StackLayer`] is all of it as a tower layer.

mod call;
mod event;
mod layer;
mod run;
mod settings;
mod tally;
#[cfg(test)]
mod tests;
mod verdict;
mod view;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;

pub use self::call::{Attempt, Call, Next};
pub use self::event::{Event, Happening};
pub use self::layer::{StackLayer, StackService};
pub use self::run::{Attempts, Ended, Finished};
pub use self::settings::{MethodSettings, Mistake, RetrySettings, StackSettings};
use self::tally::Tally;
pub use self::tally::Totals;
pub use self::verdict::{Again, Ending, Exhausted, Verdict};
pub use self::view::{BreakerView, BulkheadView, View};
use super::breaker::{Breaker, Force, Open};
use super::bulkhead::{Bulkhead, Full, Place};
use super::hedge::Latency;
use super::retry::Budget;
use super::timeout::Limit;
use crate::context::{Env, Moment};

/// The policies of one dependency. Shared by all calls to it.
pub struct Stack {
    env: Env,
    /// Whose, in the log.
    name: Box<str>,
    live: ArcSwap<StackSettings>,
    bulkhead: Bulkhead,
    breaker: Breaker,
    /// For retries and hedges.
    budget: Budget,
    /// The hedges' own share of it.
    hedges: Budget,
    latencies: Box<[Latency]>,
    tally: Arc<Tally>,
}

/// Why a call was not let in. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its time was over already, or before it had a place.
    Late(Limit),
    /// As many calls are under way, and wait, as may.
    Crowded,
    /// The breaker is open.
    Open(Open),
}

impl Stack {
    /// The stack of the dependency `name`. Settings that can't work are an error; each method of
    /// the dependency has its own in `settings.methods`, and calls name it by its index.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`] in the settings.
    pub fn new(env: Env, name: &str, settings: StackSettings) -> Result<Self, Mistake> {
        settings.check()?;
        Ok(Self::unchecked(env, name, settings))
    }

    /// As [`new`](Self::new), of settings that are known to work.
    pub(crate) fn unchecked(env: Env, name: &str, settings: StackSettings) -> Self {
        let now = env.now();
        let tally = Arc::new(Tally::new(name, env.clone()));
        let told = Arc::clone(&tally);
        let rules = settings.breaker.unwrap_or_default();
        let breaker = Breaker::unchecked(env.clone(), rules, move |change| {
            told.breaker(change);
        });
        let bulkhead = settings.bulkhead.unwrap_or_default();
        let latencies = settings.methods.iter().map(|_| Latency::default());
        Self {
            name: name.into(),
            bulkhead: Bulkhead::new(env.clone(), bulkhead),
            breaker,
            budget: Budget::new(settings.budget, now),
            hedges: Budget::new(settings.hedges(), now),
            latencies: latencies.collect(),
            live: ArcSwap::from_pointee(settings),
            tally,
            env,
        }
    }

    /// Lets a call of the method at index `method` in, when there is a place for it and the breaker
    /// is closed. `deadline` is the caller's.
    ///
    /// # Errors
    ///
    /// [`Refusal`] when the call must not be made.
    #[inline]
    pub async fn enter(
        &self,
        method: usize,
        deadline: Option<Instant>,
        now: Instant,
    ) -> Result<Call<'_>, Refusal> {
        let live = self.live.load();
        let settings = live.method(method);
        let (is_bounded, is_guarded) = (live.bulkhead.is_some(), live.breaker.is_some());
        drop(live);
        let limit = Limit::new(now, settings.total_timeout, deadline);
        if limit.is_over(now) {
            return Err(Refusal::Late(limit));
        }
        let (place, now) = match is_bounded {
            true => match self.bulkhead.try_enter() {
                Some(place) => (Some(place), now),
                None => (Some(self.wait(limit).await?), self.env.now()),
            },
            false => (None, now),
        };
        let moment = Moment::from(now);
        let permit = match is_guarded {
            true => Some(
                self.breaker
                    .try_acquire(moment)
                    .map_err(|open| self.refuse(open))?,
            ),
            false => None,
        };
        self.budget.deposit(moment);
        let began = (now, moment);
        Ok(Call::new(
            self, method, settings, limit, place, permit, began,
        ))
    }

    /// Waits for a place.
    #[cold]
    async fn wait(&self, limit: Limit) -> Result<Place, Refusal> {
        let entered = self.bulkhead.enter(Some(limit.at())).await;
        entered.map_err(|full| {
            self.tally.crowded();
            match full {
                Full::Waiting => Refusal::Crowded,
                Full::Deadline => Refusal::Late(limit),
            }
        })
    }

    #[cold]
    fn refuse(&self, open: Open) -> Refusal {
        self.tally.refused();
        Refusal::Open(open)
    }

    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the settings say that a failure of this `error.type` is none.
    #[cold]
    pub fn ignores(&self, error_type: &str) -> bool {
        self.live.load().ignore.iter().any(|one| one == error_type)
    }

    /// The settings that hold now.
    pub fn settings(&self) -> Arc<StackSettings> {
        self.live.load_full()
    }

    /// Changes the settings while calls are under way: those that have begun keep theirs. The
    /// breaker keeps its state, the budget what was saved and spent, the bulkhead who is in it. The
    /// methods stay as many as they are.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`] in the settings; then those that hold stay.
    pub fn update(&self, settings: StackSettings) -> Result<(), Mistake> {
        settings.check()?;
        if *self.live.load_full() == settings {
            return Ok(());
        }
        let breaker = settings.breaker.unwrap_or_default();
        let updated = self.breaker.update(breaker);
        updated.map_err(|mistake| Mistake::new("breaker", mistake))?;
        self.bulkhead.update(settings.bulkhead.unwrap_or_default());
        self.budget.update(settings.budget);
        self.hedges.update(settings.hedges());
        self.live.store(Arc::new(settings));
        self.tally.changed();
        Ok(())
    }

    /// Holds the breaker in a state until [`reset`](Self::reset), whatever the calls do.
    pub fn force(&self, force: Force) {
        self.breaker.force(force, self.env.now());
    }

    /// Closes the breaker, ends what was forced, and forgets what it has counted.
    pub fn reset(&self) {
        self.breaker.reset(self.env.now());
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("name", &self.name)
            .field("settings", &self.live.load())
            .finish_non_exhaustive()
    }
}
