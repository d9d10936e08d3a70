//! [`Sweeper`]: all alarms of a system, in a table that is asked what is due.
//!
//! It has no thread and no clock of its own: `driver` asks it in production, a task under the
//! test's clock in tests.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// No alarm: later than all.
const NEVER: u64 = u64::MAX;

/// Which alarm: its place, and its number among all that its shard has seen, so that whoever is
/// late with a key touches no stranger's alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerKey {
    shard: u32,
    index: u32,
    generation: u64,
}

/// All alarms of a system. Arming is one short lock and a store; threads rarely meet, because
/// each has a shard of its own as long as there are no more than sixteen.
pub struct Sweeper {
    epoch: Instant,
    shards: [Line; Self::SHARDS],
}

/// A shard on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Line(Mutex<Shard>);

#[derive(Default)]
struct Shard {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// How many alarms were armed here.
    generation: u64,
    /// No alarm here is due earlier.
    earliest: Option<u64>,
    /// Whether `earliest` may be too early, because its alarm was disarmed; the next sweep mends it.
    stale: bool,
}

struct Slot {
    at: u64,
    generation: u64,
    waker: Option<Waker>,
}

impl Sweeper {
    const SHARDS: usize = 16;

    /// Without alarms. Times before `epoch` count as `epoch`.
    pub fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            shards: std::array::from_fn(|_| Line::default()),
        }
    }

    /// Has `waker` woken by the first [`sweep`](Self::sweep) at or after `at`, once.
    pub fn arm(&self, at: Instant, waker: &Waker) -> TimerKey {
        self.arm_nanos(self.nanos(at), waker)
    }

    /// As [`arm`](Self::arm), in nanoseconds since the epoch.
    pub(super) fn arm_nanos(&self, at: u64, waker: &Waker) -> TimerKey {
        let shard = own_shard();
        let waker = waker.clone();
        let (index, generation) = self.lock(shard).arm(at, waker);
        TimerKey {
            shard,
            index,
            generation,
        }
    }

    /// Has an alarm wake `waker` instead, and gives whether it is still armed.
    pub fn refresh(&self, key: TimerKey, waker: &Waker) -> bool {
        let mut shard = self.lock(key.shard);
        let Some(armed) = shard.find(key).and_then(|slot| slot.waker.as_mut()) else {
            return false;
        };
        if !armed.will_wake(waker) {
            let old = std::mem::replace(armed, waker.clone());
            // A waker's drop is foreign code, which may come back here: not under the lock.
            drop(shard);
            drop(old);
        }
        true
    }

    /// Forgets an alarm, fired or not.
    pub fn disarm(&self, key: TimerKey) {
        let old = self.lock(key.shard).release(key);
        // As above: after the lock.
        drop(old);
    }

    /// Wakes all that is due at `now`, and gives when to ask again; `None` when nothing is armed.
    /// That may be earlier than the next alarm, never later.
    pub fn sweep(&self, now: Instant) -> Option<Instant> {
        let now = self.nanos(now);
        let mut due = Vec::new();
        let mut next = NEVER;
        for shard in 0..Self::SHARDS as u32 {
            next = next.min(self.lock(shard).sweep(now, &mut due));
            due.drain(..).for_each(wake);
        }
        self.instant(next)
    }

    /// When to ask, at the earliest; as [`sweep`](Self::sweep) says it, but without waking.
    pub fn next(&self) -> Option<Instant> {
        let shards = 0..Self::SHARDS as u32;
        let earliest = shards.filter_map(|shard| self.lock(shard).earliest).min();
        self.instant(earliest.unwrap_or(NEVER))
    }

    fn lock(&self, shard: u32) -> MutexGuard<'_, Shard> {
        let Line(shard) = &self.shards[shard as usize];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nanoseconds since the epoch; enough for five centuries.
    pub(super) fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.epoch);
        let seconds = since.as_secs().saturating_mul(1_000_000_000);
        seconds
            .saturating_add(since.subsec_nanos().into())
            .min(NEVER - 1)
    }

    fn instant(&self, nanos: u64) -> Option<Instant> {
        (nanos != NEVER).then(|| self.epoch + Duration::from_nanos(nanos))
    }
}

impl Shard {
    /// So many slots are never let go.
    const SMALL: usize = 256;

    fn arm(&mut self, at: u64, waker: Waker) -> (u32, u64) {
        self.earliest = Some(self.earliest.map_or(at, |earliest| earliest.min(at)));
        self.generation += 1;
        let slot = Slot {
            at,
            generation: self.generation,
            waker: Some(waker),
        };
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = slot;
                index
            }
            None => {
                self.slots.push(slot);
                self.slots.len() as u32 - 1
            }
        };
        (index, self.generation)
    }

    fn find(&mut self, key: TimerKey) -> Option<&mut Slot> {
        self.slots
            .get_mut(key.index as usize)
            .filter(|slot| slot.generation == key.generation)
    }

    fn release(&mut self, key: TimerKey) -> Option<Waker> {
        let slot = self.find(key)?;
        let at = slot.at;
        let waker = slot.waker.take()?;
        self.stale |= self.earliest == Some(at);
        self.free.push(key.index);
        Some(waker)
    }

    /// Moves the wakers that are due to `due`, and gives when the next one is.
    fn sweep(&mut self, now: u64, due: &mut Vec<Waker>) -> u64 {
        let earliest = self.earliest.unwrap_or(NEVER);
        if earliest > now && !self.stale {
            return earliest;
        }
        let mut next = NEVER;
        let mut used = 0;
        for (index, slot) in (0..).zip(&mut self.slots) {
            if slot.waker.is_none() {
                continue;
            }
            if slot.at > now {
                next = next.min(slot.at);
                used = index as usize + 1;
                continue;
            }
            due.extend(slot.waker.take());
            self.free.push(index);
        }
        self.shrink(used);
        self.earliest = (next != NEVER).then_some(next);
        self.stale = false;
        next
    }

    /// Lets go of what a past burst needed, so that no sweep walks over it for ever. `used` slots
    /// must stay.
    fn shrink(&mut self, used: usize) {
        let keep = (2 * used).max(Self::SMALL);
        if keep < self.slots.len() / 2 {
            self.slots.truncate(keep);
            self.slots.shrink_to_fit();
            self.free.retain(|index| (*index as usize) < keep);
            self.free.shrink_to_fit();
        }
    }
}

/// A waker is foreign code; its panic must not cost the others their alarms.
fn wake(waker: Waker) {
    let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
}

/// The shard of this thread.
fn own_shard() -> u32 {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<Option<u32>> = const { Cell::new(None) };
    }
    SHARD.with(|shard| {
        shard.get().unwrap_or_else(|| {
            let own = THREADS.fetch_add(1, Ordering::Relaxed) % Sweeper::SHARDS;
            shard.set(Some(own as u32));
            own as u32
        })
    })
}

impl fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweeper")
            .field("next", &self.next())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests;
