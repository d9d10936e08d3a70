//! Adaptive concurrency: as many calls at once as are answered about as fast as alone.
//!
//! Nobody knows the right limit of a service, and tomorrow it is another. An [`AdaptiveLimit`] finds it by
//! latency: while calls are as quick as ever, more are let in; when they begin to wait for something, a
//! processor, a pool, a disk, fewer are. What is beyond is refused at once, while it can still go
//! elsewhere. It can be asked on either side of a call, and knows nothing of what waits where.
//!
//! It begins low and doubles quickly while that does no harm, as TCP does. After that
//! it follows Netflix' gradient2 and Envoy's adaptive concurrency in how the limit moves, and differs in
//! how it learns what a call takes alone: mostly from times when the limit isn't needed; when it is needed
//! all the time, by probes that halve what is let in as long as that makes calls faster. So a
//! long overload doesn't become what is normal, a dependency that became slow doesn't shut the
//! service, and no pinned minimum refuses nearly everybody for the sake of a measurement.

mod controller;
mod layer;
mod permit;
#[cfg(test)]
mod properties;
mod settings;
mod start;
#[cfg(test)]
mod tests;
mod window;

use std::fmt;
use std::time::{Duration, Instant};

use self::controller::{Controller, Turn};
pub use self::layer::{AdaptiveLimitFuture, AdaptiveLimitLayer, AdaptiveLimitService};
pub use self::permit::LimitPermit;
pub use self::settings::{LimitMistake, LimitSettings};
use self::window::Window;
use super::Outcome;
use crate::policy::sync::Mutex;
use crate::policy::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// A limit of calls at work that finds its own size. Asking is an addition and two compares, telling
/// two additions more.
pub struct AdaptiveLimit {
    epoch: Instant,
    limit: AtomicU32,
    at_work: AtomicU32,
    /// The most at work since the last look.
    peak: AtomicU32,
    window: Window,
    /// From when on, in nanoseconds after the epoch, an ending call looks whether the window is over.
    look: AtomicU64,
    /// Longer calls count as this long, in nanoseconds: one that hangs says no more than that.
    longest: AtomicU64,
    /// Whether calls were never held up so far.
    starts: AtomicBool,
    /// Since when calls are refused and none has ended, in nanoseconds after the epoch; 0 when neither.
    refused: AtomicU64,
    settings: LimitSettings,
    controller: Mutex<Looked>,
}

/// What is known when a window is looked at.
#[derive(Debug)]
struct Looked {
    controller: Controller,
    /// What the present window needs.
    turn: Turn,
    /// When the limit fell below what was at work, until that has ended.
    draining: Option<u64>,
    /// When the present window began, in nanoseconds after the epoch.
    began: u64,
}

/// No call was let in: as many are at work as are answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{limit} calls are at work, which is as many as are answered in good time now")]
pub struct Overloaded {
    /// How many calls are let in at present.
    pub limit: u32,
}

/// What a limit is at, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitView {
    /// How many calls are let in.
    pub limit: u32,
    /// How many are at work.
    pub at_work: u32,
    /// How long a call takes that nothing is in the way of; none before that is known.
    pub baseline: Option<Duration>,
}

/// How many times as long as alone a call counts at most.
const LONGEST: f64 = 10.0;
/// So long are calls refused while none ends before more are let in: 250 ms.
const STUCK: u64 = 250_000_000;
/// What has not ended so long after the limit fell isn't waited for.
const DRAIN: u64 = 1_000_000_000;

impl AdaptiveLimit {
    /// A limit that has seen no call. `random` moves its probes, so that many don't probe at once.
    ///
    /// # Errors
    ///
    /// [`LimitMistake`] when the settings cannot work.
    pub fn new(settings: LimitSettings, now: Instant, random: u64) -> Result<Self, LimitMistake> {
        settings.check()?;
        let controller = Controller::new(settings, random);
        let turn = controller.first();
        Ok(Self {
            epoch: now,
            limit: AtomicU32::new(turn.limit),
            at_work: AtomicU32::new(0),
            peak: AtomicU32::new(0),
            window: Window::default(),
            look: AtomicU64::new(turn.length),
            longest: AtomicU64::new(u64::MAX),
            starts: AtomicBool::new(turn.starts),
            refused: AtomicU64::new(0),
            settings,
            controller: Mutex::new(Looked {
                controller,
                turn,
                draining: None,
                began: 0,
            }),
        })
    }

    /// The settings that it was made with.
    pub fn settings(&self) -> &LimitSettings {
        &self.settings
    }

    /// How many calls are let in at present.
    #[inline]
    pub fn limit(&self) -> u32 {
        self.limit.load(Relaxed)
    }

    /// How many calls are at work.
    #[inline]
    pub fn at_work(&self) -> u32 {
        self.at_work.load(Relaxed)
    }

    /// What it is at.
    pub fn view(&self) -> LimitView {
        let looked = self.controller.lock();
        let baseline = looked.ok().and_then(|looked| looked.controller.baseline());
        LimitView {
            limit: self.limit(),
            at_work: self.at_work(),
            baseline: baseline.map(|nanos| Duration::from_nanos(nanos as u64)),
        }
    }

    /// Asks for one call. Say how it went by [`LimitPermit::done`]; one that is dropped gives its place
    /// back, and says nothing.
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when as many are at work as may be.
    #[inline]
    pub fn try_acquire(&self, now: Instant) -> Result<LimitPermit<&Self>, Overloaded> {
        LimitPermit::acquire(self, now)
    }

    /// Takes a place, if one is free. Each is given back by one [`leave`](Self::leave).
    ///
    /// # Errors
    ///
    /// [`Overloaded`] when as many are at work as may be.
    #[inline]
    pub fn enter(&self, now: Instant) -> Result<(), Overloaded> {
        let limit = self.limit();
        if self.take(limit) {
            return Ok(());
        }
        if self.starts.load(Relaxed) {
            // The next call that ends looks at once.
            self.look.store(0, Relaxed);
        }
        if self.is_stuck(self.nanos(now)) && self.take(self.limit()) {
            return Ok(());
        }
        Err(Overloaded { limit })
    }

    /// Calls are refused, and none of those at work has ended for long: they wait for something that
    /// fewer calls would not make quicker, such as a dependency that hangs, and hold the places of those
    /// that could be served. Then more are let in. Whether that is so.
    #[cold]
    fn is_stuck(&self, now: u64) -> bool {
        let since = self.refused.load(Relaxed);
        if since == 0 {
            self.refused.store(now.max(1), Relaxed);
            return false;
        }
        let passed = now.saturating_sub(since);
        if passed < STUCK {
            return false;
        }
        let Ok(mut looked) = self.controller.try_lock() else {
            return false;
        };
        let alone = looked.controller.baseline().unwrap_or_default();
        if (passed as f64) < alone * LONGEST {
            return false;
        }
        let limit = looked.controller.stuck();
        looked.turn.limit = limit;
        self.limit.store(limit, Relaxed);
        self.refused.store(now, Relaxed);
        true
    }

    #[inline]
    fn take(&self, limit: u32) -> bool {
        let before = self.at_work.fetch_add(1, Relaxed);
        if before >= limit {
            self.at_work.fetch_sub(1, Relaxed);
            // So many wanted in.
            self.peak.fetch_max(limit, Relaxed);
            return false;
        }
        if before >= self.peak.load(Relaxed) {
            self.peak.fetch_max(before + 1, Relaxed);
        }
        true
    }

    /// Whether calls were never held up so far, so that the limit says nothing yet of how many can be served.
    pub fn is_starting(&self) -> bool {
        self.starts.load(Relaxed) && self.limit() < self.settings.max_concurrency
    }

    /// Gives a place back, and says how the call went that began at `started`:
    /// [`Success`](Outcome::Success) when its duration counts, [`Failure`](Outcome::Failure) when there was
    /// no answer in time, [`Ignored`](Outcome::Ignored) when it says nothing (a quick refusal).
    #[inline]
    pub fn leave(&self, started: Instant, now: Instant, outcome: Outcome) {
        self.at_work.fetch_sub(1, Relaxed);
        self.tell(started, now, outcome);
    }

    /// Says how a call went whose place is given back by [`leave_untold`](Self::leave_untold), or to
    /// another call.
    #[inline]
    pub fn tell(&self, started: Instant, now: Instant, outcome: Outcome) {
        let (started, now) = (self.nanos(started), self.nanos(now));
        self.refused.store(0, Relaxed);
        let taken = now.saturating_sub(started);
        match outcome {
            Outcome::Success => self
                .window
                .add(started, taken.min(self.longest.load(Relaxed))),
            Outcome::Failure => self.window.add_late(started),
            Outcome::Ignored => {}
        }
        if now >= self.look.load(Relaxed) {
            self.look(now);
        }
    }

    /// Gives a place back of a call that says nothing.
    #[inline]
    pub fn leave_untold(&self) {
        self.at_work.fetch_sub(1, Relaxed);
    }

    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.epoch);
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Ends the window, if it has what it needs. Who finds another looking leaves it to that one.
    #[cold]
    fn look(&self, now: u64) {
        let at_work = self.at_work();
        let Ok(mut looked) = self.controller.try_lock() else {
            return;
        };
        let looked = &mut *looked;
        if let Some(since) = looked.draining {
            if at_work > looked.turn.limit && now.saturating_sub(since) < DRAIN {
                return;
            }
            self.begin(looked, now);
            looked.draining = None;
            return;
        }
        let (calls, late) = self.window.counts();
        let is_old = now.saturating_sub(looked.began) > looked.turn.length.saturating_add(DRAIN);
        if calls + late < looked.turn.calls && !(is_old && looked.controller.is_probing()) {
            return;
        }
        let window = self.window.take(now, self.peak.swap(at_work, Relaxed));
        looked.turn = looked.controller.turn(window);
        self.limit.store(looked.turn.limit, Relaxed);
        self.starts.store(looked.turn.starts, Relaxed);
        let longest = looked
            .controller
            .baseline()
            .map(|alone| (alone * LONGEST) as u64);
        self.longest
            .store(longest.unwrap_or(u64::MAX).max(10_000_000), Relaxed);
        if looked.turn.drains {
            looked.draining = Some(now);
            self.window.close();
            self.look.store(now, Relaxed);
        } else {
            looked.began = now;
            self.look
                .store(now.saturating_add(looked.turn.length), Relaxed);
        }
    }

    /// Begins a window in which only calls count that begin from now on.
    fn begin(&self, looked: &mut Looked, now: u64) {
        self.window.open(now);
        self.peak.store(self.at_work(), Relaxed);
        looked.began = now;
        self.look
            .store(now.saturating_add(looked.turn.length), Relaxed);
    }
}

impl fmt::Debug for AdaptiveLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdaptiveLimit")
            .field("settings", &self.settings)
            .field("limit", &self.limit())
            .field("at_work", &self.at_work())
            .finish_non_exhaustive()
    }
}
