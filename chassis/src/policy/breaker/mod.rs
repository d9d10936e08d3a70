//! Circuit breaker: a dependency that fails is left alone for a while.
//!
//! [`Breaker`] has the three states of Nygard's "Release It!" and of Hystrix:
//!
//! ```text
//!            failure rate or slow rate reached
//!   closed ────────────────────────────────────▶ open ◀──┐
//!     ▲                                            │      │ a trial fails
//!     │ trials pass                    open time   ▼      │
//!     └──────────────────────────────────────── half-open ┘
//! ```
//!
//! *Closed*, every call passes and its outcome goes into a sliding window of time or of calls. *Open*,
//! every call is refused at once with [`Open`]. *Half-open*, a few trial calls pass; they decide. The
//! open time doubles with every failed trial, up to a limit, and varies at random, so that a fleet
//! does not come back in one moment. Beside these, a person may force it: see [`Breaker::force`].
//!
//! What goes wrong elsewhere and is ruled out here: the late result of a call that began before the
//! state changed counts for nothing; a trial that is dropped gives its place back; a breaker whose
//! trials never end does not stay half-open for ever.
//!
//! Start at [`Breaker::new`] and [`Breaker::try_acquire`], or at [`BreakerLayer`].

mod layer;
mod machine;
mod permit;
mod settings;
#[cfg(test)]
mod tests;
mod window;

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;

pub use self::layer::{BreakerLayer, BreakerService};
use self::machine::Machine;
pub use self::machine::{Cause, Force, State, Transition};
pub use self::permit::Permit;
pub use self::settings::{BreakerSettings, Mistake, SlidingWindow};
pub use self::window::Counts;
use self::window::Window;
use crate::context::{Env, Moment};
use crate::policy::sync::atomic::{AtomicU64, Ordering};
use crate::policy::sync::{Mutex, MutexGuard};

/// A circuit breaker. A cheap clone; all clones are one breaker.
#[derive(Clone)]
pub struct Breaker(Arc<Shared>);

struct Shared {
    /// Read where something may change; what every call needs of it stands beside it.
    settings: ArcSwap<BreakerSettings>,
    /// From so many nanoseconds on a call is slow.
    slow_after: AtomicU64,
    env: Env,
    /// What a call looks at: the gate in the low byte, above it how often the state changed.
    word: AtomicU64,
    window: Window,
    machine: Mutex<Machine>,
    listener: Listener,
}

type Listener = Box<dyn Fn(&Transition) + Send + Sync>;

/// A call was refused: the circuit is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// When a call may be tried again at the earliest; `None` when that is not known: it was forced
    /// open, or trials are under way.
    pub retry_after: Option<Duration>,
}

/// What a call meets, as one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Gate {
    /// Closed, and no failure is in the window that could count yet.
    Calm,
    /// Closed, after a failure or a slow call: every outcome is weighed.
    Watchful,
    /// Closed by force: outcomes are counted, nothing follows from them.
    Counting,
    /// Disabled: nothing is counted.
    Free,
    /// Open or half-open: the machine decides.
    Guarded,
}

impl Gate {
    const ALL: [Self; 5] = [
        Self::Calm,
        Self::Watchful,
        Self::Counting,
        Self::Free,
        Self::Guarded,
    ];

    #[inline]
    fn of(word: u64) -> Self {
        let gate = (word & 0xff) as usize;
        Self::ALL.get(gate).copied().unwrap_or(Self::Guarded)
    }
}

impl Breaker {
    /// A closed breaker.
    ///
    /// # Errors
    ///
    /// [`Mistake`] when the settings cannot work.
    pub fn new(env: Env, settings: BreakerSettings) -> Result<Self, Mistake> {
        Self::with_listener(env, settings, |_| {})
    }

    /// A closed breaker that tells `listener` of each change of its state, in order. The listener
    /// must be quick, and must not ask the breaker: it holds its lock.
    ///
    /// # Errors
    ///
    /// [`Mistake`] when the settings cannot work.
    pub fn with_listener(
        env: Env,
        settings: BreakerSettings,
        listener: impl Fn(&Transition) + Send + Sync + 'static,
    ) -> Result<Self, Mistake> {
        settings.check()?;
        Ok(Self::unchecked(env, settings, listener))
    }

    /// The same of settings that are known to work.
    pub(super) fn unchecked(
        env: Env,
        settings: BreakerSettings,
        listener: impl Fn(&Transition) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            window: Window::new(settings.window, env.now()),
            machine: Mutex::new(Machine::default()),
            word: AtomicU64::new(Gate::Calm as u64),
            listener: Box::new(listener),
            slow_after: AtomicU64::new(nanos(settings.slow_after)),
            settings: ArcSwap::from_pointee(settings),
            env,
        }))
    }

    /// The settings that hold now.
    pub fn settings(&self) -> BreakerSettings {
        **self.0.settings.load()
    }

    /// Changes the settings. The state stays, and with it what was counted, as long as the window
    /// keeps its shape.
    ///
    /// # Errors
    ///
    /// [`Mistake`] when the settings cannot work; then those that it has stay.
    pub fn update(&self, settings: BreakerSettings) -> Result<(), Mistake> {
        settings.check()?;
        let shared = &*self.0;
        // Under the lock of the states, so that no change of them sees half of it.
        let _machine = shared.lock();
        shared.window.reshape(settings.window);
        let slow_after = nanos(settings.slow_after);
        shared.slow_after.store(slow_after, Ordering::Relaxed);
        shared.settings.store(Arc::new(settings));
        Ok(())
    }

    /// How many of the calls in the window failed, how many were slow, of how many.
    pub fn counts(&self, now: Instant) -> Counts {
        self.0.window.counts(now)
    }

    /// The state as of the last call: an open breaker whose time is over becomes half-open by the
    /// call that finds it so.
    pub fn state(&self) -> State {
        self.0.lock().state
    }

    /// Asks for one call, at an `Instant` or a [`Moment`]. Say how it went by [`Permit::done`]; a permit that is dropped says
    /// [`Outcome::Ignored`](super::Outcome::Ignored).
    ///
    /// # Errors
    ///
    /// [`Open`] when the call must not be made.
    #[inline]
    pub fn try_acquire(&self, now: impl Into<Moment>) -> Result<Permit<&Self>, Open> {
        Permit::acquire(self, now.into())
    }

    /// As [`try_acquire`](Self::try_acquire), with a permit that owns what it needs.
    ///
    /// # Errors
    ///
    /// [`Open`] when the call must not be made.
    pub fn try_acquire_owned(&self, now: impl Into<Moment>) -> Result<Permit, Open> {
        Permit::acquire(self.clone(), now.into())
    }

    /// Holds the breaker in a state, whatever the calls do, until [`reset`](Self::reset).
    pub fn force(&self, force: Force, now: Instant) {
        self.0.change(now, |machine| Some(machine.force(force)));
    }

    /// Closes the breaker, ends what was forced, and forgets what was counted.
    pub fn reset(&self, now: Instant) {
        self.0.change(now, |machine| Some(machine.reset()));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `act` change the state, and tells the listener of it. The lock is held meanwhile, so
    /// that changes are told in their order.
    fn change(&self, now: Instant, act: impl FnOnce(&mut Machine) -> Option<Transition>) {
        let mut machine = self.lock();
        if let Some(transition) = act(&mut machine) {
            self.publish(&mut machine, &transition, now);
        }
    }

    fn publish(&self, machine: &mut Machine, transition: &Transition, now: Instant) {
        if transition.to == State::Closed {
            self.window.clear();
        }
        machine.since = Some(now);
        let generation = (self.word.load(Ordering::Relaxed) >> 8) + 1;
        let word = (generation << 8) | machine.gate() as u64;
        self.word.store(word, Ordering::Release);
        (self.listener)(transition);
    }
}

/// As many as a word holds: 584 years. Every call asks, so not by way of 128 bits.
#[inline]
fn nanos(duration: Duration) -> u64 {
    let whole = duration.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(duration.subsec_nanos().into())
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after {
            Some(time) => write!(f, "the circuit breaker is open for another {time:.1?}"),
            None => f.write_str("the circuit breaker is open"),
        }
    }
}

impl std::error::Error for Open {}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker")
            .field("settings", &self.0.settings.load())
            .finish_non_exhaustive()
    }
}
