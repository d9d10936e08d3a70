//! [`Load`]: what a call to one endpoint costs at present.

use std::time::{Duration, Instant};

use super::super::Outcome;
use crate::context::Moment;
use crate::policy::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// The load of one endpoint: its peak EWMA and its calls in flight.
///
/// The average follows a rise at once and a fall slowly, with time constant `decay`: caution is quick,
/// trust is slow. Without answers it decays as well, so that an endpoint that was slow once is tried
/// again. One that has answered none of the last calls costs at least as long as they wait: what is
/// stuck has no average that says so.
#[derive(Debug)]
pub struct Load {
    penalty: Duration,
    /// In nanoseconds.
    decay: f32,
    epoch: Moment,
    /// The average in nanoseconds as the bits of an `f32`, below it when that was so, in [`Load::UNIT`]s.
    average: AtomicU64,
    /// The calls in flight, and above 32 bits those of them that wait for an answer.
    calls: AtomicU64,
    /// How many began since the last answer.
    unanswered: AtomicU32,
    /// When the first of these began, in [`Load::UNIT`]s.
    silent_since: AtomicU32,
    /// Whether its last answer was that it has enough to do.
    is_full: AtomicBool,
}

/// How answers make a [`Load`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadSettings {
    /// The time in which an old answer's weight falls to a third. Default: 10 s.
    pub decay: Duration,
    /// What an endpoint that never answered is taken for. Default: 30 ms.
    pub initial: Duration,
    /// The longest that a failure counts as. However quickly it came, it counts as five times the
    /// average so far, so that the first one costs an endpoint a while and several all of its calls.
    /// Default: 5 s.
    pub penalty: Duration,
}

impl Default for LoadSettings {
    fn default() -> Self {
        Self {
            decay: Duration::from_secs(10),
            initial: Duration::from_millis(30),
            penalty: Duration::from_secs(5),
        }
    }
}

/// Among the calls in flight, one that waits for its answer.
const AWAITED: u64 = 1 << 32;
/// So many calls in a row that none was answered of make an endpoint silent: fewer may be long ones.
const SILENT: u32 = 3;
/// So many times as much costs one that has enough to do. It doesn't grow with what is refused: among
/// several that are full, the slowest would be preferred that refuses least.
const FULL: f32 = 2.0;

impl Load {
    /// The clock of the average: nanoseconds by bits, some 4 ms a tick, so that 32 bits last for 200
    /// days; a longer silence counts as a part of it.
    const UNIT: u32 = 22;

    /// The load of an endpoint that was never called.
    pub fn new(settings: LoadSettings, now: Instant) -> Self {
        let initial = nanos(settings.initial);
        Self {
            penalty: settings.penalty,
            decay: nanos(settings.decay),
            epoch: now.into(),
            average: AtomicU64::new(pack(initial, 0)),
            calls: AtomicU64::new(0),
            unanswered: AtomicU32::new(0),
            silent_since: AtomicU32::new(0),
            is_full: AtomicBool::new(false),
        }
    }

    /// What one more call would cost: the average times all calls that would be in flight. Only good
    /// for comparing.
    #[inline]
    pub fn cost(&self, now: impl Into<Moment>) -> f32 {
        self.cost_of_one(now.into()) * (self.calls_in_flight() + 1) as f32
    }

    /// What a call would cost if it were the only one in flight.
    #[inline]
    pub(super) fn cost_of_one(&self, now: Moment) -> f32 {
        // Never zero: among those that answered long ago the one with fewer calls is cheaper.
        let one = self.fallen(now).max(self.silence(now)) + 1.0;
        match self.is_full.load(Ordering::Relaxed) {
            true => one * FULL,
            false => one,
        }
    }

    /// How long calls wait of which none was answered, in nanoseconds.
    #[inline]
    fn silence(&self, now: Moment) -> f32 {
        if self.unanswered.load(Ordering::Relaxed) < SILENT {
            return 0.0;
        }
        if self.calls.load(Ordering::Relaxed) < AWAITED {
            return 0.0;
        }
        let since = self.silent_since.load(Ordering::Relaxed);
        passed(since, self.tick(now)) as f32 * (1_u64 << Self::UNIT) as f32
    }

    /// How long an answer takes, as it looks at `now`.
    pub fn average(&self, now: Instant) -> Duration {
        Duration::from_nanos(self.fallen(now.into()) as u64)
    }

    /// How long calls have been waiting, where none of the last was answered; else none.
    pub fn silent(&self, now: Instant) -> Option<Duration> {
        let nanos = self.silence(now.into());
        (nanos > 0.0).then(|| Duration::from_nanos(nanos as u64))
    }

    /// How many calls are in flight.
    pub fn calls_in_flight(&self) -> u32 {
        self.calls.load(Ordering::Relaxed) as u32
    }

    /// A call begins at `now`. It is in flight until the guard is dropped.
    #[inline]
    pub fn begin(&self, now: impl Into<Moment>) -> InFlight<'_> {
        if self.unanswered.fetch_add(1, Ordering::Relaxed) == 0 {
            let now = self.tick(now.into());
            self.silent_since.store(now, Ordering::Relaxed);
        }
        self.calls.fetch_add(AWAITED + 1, Ordering::Relaxed);
        InFlight(self)
    }

    /// A call goes on whose answer has begun, until [`ended`](Self::ended).
    pub(super) fn goes_on(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A call that went on has ended.
    pub(super) fn ended(&self) {
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }

    /// A call that took `elapsed` ended at `now`.
    pub fn record(&self, now: Instant, elapsed: Duration, outcome: Outcome) {
        let taken = match outcome {
            Outcome::Success => elapsed,
            Outcome::Failure => {
                let average = self.average(now);
                elapsed.max((average * 5).min(self.penalty))
            }
            // Who gave up says only that it took at least so long.
            Outcome::Ignored if elapsed > self.average(now) => elapsed,
            Outcome::Ignored => return,
        };
        if outcome != Outcome::Ignored {
            self.unanswered.store(0, Ordering::Relaxed);
        }
        if outcome == Outcome::Success && self.is_full.load(Ordering::Relaxed) {
            self.is_full.store(false, Ordering::Relaxed);
        }
        let (taken, now) = (nanos(taken), self.tick(now.into()));
        let next = |known: u64| {
            let (average, then) = unpack(known);
            let passed = passed(then, now);
            let weight = self.weight(passed);
            let fallen = average * weight + taken * (1.0 - weight);
            Some(pack(taken.max(fallen), then.wrapping_add(passed)))
        };
        let _ = self
            .average
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }

    /// It said that it has enough to do, which says nothing of how long an answer takes. Others are
    /// preferred until it has answered again.
    pub fn refused(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
        self.is_full.store(true, Ordering::Relaxed);
    }

    /// The average in nanoseconds, without answers since the last one.
    #[inline]
    fn fallen(&self, now: Moment) -> f32 {
        let (average, then) = unpack(self.average.load(Ordering::Relaxed));
        average * self.weight(passed(then, self.tick(now)))
    }

    /// What is left of a weight of one after so many ticks.
    #[inline]
    fn weight(&self, ticks: u32) -> f32 {
        if ticks == 0 {
            // As it is with most calls of a busy endpoint: nothing to work out.
            return 1.0;
        }
        let passed = ticks as f32 * (1_u64 << Self::UNIT) as f32;
        (-passed / self.decay).exp()
    }

    #[inline]
    fn tick(&self, now: Moment) -> u32 {
        // What is cut off wraps.
        (now.nanos_since(self.epoch) >> Self::UNIT) as u32
    }
}

/// The ticks from `then` to `now`. Threads' readings of the clock may overtake each other by a little:
/// nothing has passed then.
fn passed(then: u32, now: u32) -> u32 {
    match now.wrapping_sub(then) {
        overtaken if overtaken > u32::MAX / 2 => 0,
        passed => passed,
    }
}

/// In nanoseconds: as a fraction, without the 128 bits of the whole number.
fn nanos(duration: Duration) -> f32 {
    duration.as_secs_f32() * 1e9
}

fn pack(average: f32, tick: u32) -> u64 {
    (u64::from(average.to_bits()) << 32) | u64::from(tick)
}

fn unpack(word: u64) -> (f32, u32) {
    (f32::from_bits((word >> 32) as u32), word as u32)
}

/// A call in flight; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the call counts as over when this is dropped"]
pub struct InFlight<'a>(&'a Load);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(AWAITED + 1, Ordering::Relaxed);
    }
}
