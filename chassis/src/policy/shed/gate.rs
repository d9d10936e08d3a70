//! [`Gate`]: an adaptive limit with a short queue before it.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::Urgency;
use super::queue::{GRANTED, Queue, WAITS, Waiter};
use crate::context::{Alarm, Env};
use crate::policy::Outcome;
use crate::policy::limit::{AdaptiveLimit, LimitMistake, LimitSettings};

/// An adaptive limit with a short queue before it.
#[derive(Debug)]
pub struct Gate {
    limit: AdaptiveLimit,
    settings: GateSettings,
    /// How many wait, to be read without the lock.
    waiting: AtomicUsize,
    queue: Mutex<Queue>,
}

/// Who may wait at a [`Gate`], and behind what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateSettings {
    /// How the limit finds itself.
    pub limit: LimitSettings,
    /// How many may wait; 0: nobody does. Default: 32. Four times as many before the limit is found.
    pub max_waiting: usize,
    /// How long each may wait. Default: 50 ms. A fifth of it while the queue never empties: who is not
    /// served at once then is not served at all.
    pub max_wait: Duration,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            limit: LimitSettings::default(),
            max_waiting: 32,
            max_wait: Duration::from_millis(50),
        }
    }
}

/// The share of the wait that is left under pressure.
const PRESSED: u32 = 5;

/// How many times as many may wait while the limit is not found yet.
const STARTING: usize = 4;

/// What a gate says to one who comes.
#[derive(Debug)]
pub enum Entry {
    /// Come in. The place is given back by [`Gate::leave`].
    Entered,
    /// Wait: the turn says what becomes of it.
    Waits(Turn),
    /// Neither.
    Refused,
}

impl Gate {
    /// A gate that nobody has come to yet. `random` moves the limit's probes.
    ///
    /// # Errors
    ///
    /// [`LimitMistake`] when the limit's settings cannot work.
    pub fn new(settings: GateSettings, now: Instant, random: u64) -> Result<Self, LimitMistake> {
        Ok(Self {
            limit: AdaptiveLimit::new(settings.limit, now, random)?,
            settings,
            waiting: AtomicUsize::new(0),
            queue: Mutex::default(),
        })
    }

    /// The limit behind it.
    pub fn limit(&self) -> &AdaptiveLimit {
        &self.limit
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Relaxed)
    }

    /// Lets one call in, or not, or has it wait, `until` at the latest.
    #[inline]
    pub fn enter(
        self: &Arc<Self>,
        urgency: Urgency,
        now: Instant,
        until: Option<Instant>,
        env: &Env,
    ) -> Entry {
        match self.limit.enter(now) {
            Ok(()) => Entry::Entered,
            Err(_) => self.wait(urgency, now, until, env),
        }
    }

    #[cold]
    fn wait(
        self: &Arc<Self>,
        urgency: Urgency,
        now: Instant,
        until: Option<Instant>,
        env: &Env,
    ) -> Entry {
        if self.settings.max_waiting == 0 {
            return Entry::Refused;
        }
        let state = Arc::new(AtomicU8::new(WAITS));
        let mut queue = self.queue();
        // Who comes first to a service that can serve them is not to be refused for being first.
        let starts = self.limit.is_starting();
        let most = self.settings.max_waiting * if starts { STARTING } else { 1 };
        let wait = match queue.is_pressed(now) && !starts {
            true => self.settings.max_wait / PRESSED,
            false => self.settings.max_wait,
        };
        let waiter = Waiter {
            urgency,
            state: Arc::clone(&state),
            waker: None,
        };
        if !queue.push(waiter, most, now) {
            return Entry::Refused;
        }
        self.waiting.store(queue.len(), Relaxed);
        // The last one may have left before it could see that somebody waits.
        drop(queue);
        self.hand_over(now);
        let at = until.map_or(now + wait, |until| until.min(now + wait));
        Entry::Waits(Turn {
            gate: Arc::clone(self),
            state,
            alarm: Alarm::new(env.clone(), at),
            env: env.clone(),
            is_over: false,
        })
    }

    /// A call has ended that was let in at `started`; see [`AdaptiveLimit::leave`].
    #[inline]
    pub fn leave(&self, started: Instant, now: Instant, outcome: Outcome) {
        self.limit.tell(started, now, outcome);
        self.give_back(now);
    }

    /// Gives a place back, to the next who waits if there is one. Says nothing of how the call went.
    #[inline]
    pub fn give_back(&self, now: Instant) {
        self.limit.leave_untold();
        if self.waiting.load(Relaxed) > 0 {
            self.hand_over(now);
        }
    }

    /// Lets in who waits: at the place of one who left, and at those that a limit has more now.
    #[cold]
    fn hand_over(&self, now: Instant) {
        let mut queue = self.queue();
        while queue.len() > 0 && self.limit.enter(now).is_ok() {
            queue.grant(now);
        }
        self.waiting.store(queue.len(), Relaxed);
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn in the queue of a [`Gate`]: true when the call is let in, false when it isn't. Who drops it
/// gives up the turn.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Turn {
    gate: Arc<Gate>,
    state: Arc<AtomicU8>,
    alarm: Alarm,
    env: Env,
    /// Whether what became of it was told: then the place is the caller's.
    is_over: bool,
}

impl Turn {
    fn end(&mut self, state: u8) -> Poll<bool> {
        self.is_over = true;
        Poll::Ready(state == GRANTED)
    }

    /// Gives up waiting; what became of it just before that.
    fn give_up(&self) -> u8 {
        let mut queue = self.gate.queue();
        let state = queue.leave(&self.state);
        self.gate.waiting.store(queue.len(), Relaxed);
        state
    }
}

impl Future for Turn {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.get_mut();
        if this.alarm.poll_elapsed(cx).is_ready() {
            let state = this.give_up();
            return this.end(state);
        }
        let mut queue = this.gate.queue();
        match this.state.load(Relaxed) {
            WAITS => {
                queue.wake_by(&this.state, cx.waker());
                Poll::Pending
            }
            state => {
                drop(queue);
                this.end(state)
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over && self.give_up() == GRANTED {
            self.gate.give_back(self.env.now());
        }
    }
}
