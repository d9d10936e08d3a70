//! [`Memory`]: answers in this process, bounded.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Claim, Claimed, Fingerprint, Kept, Key, Settings, Store, StoreFuture};
use crate::context::Env;

/// Answers in the memory of this process: `memory:`. They end with it.
///
/// It keeps at most so many, of so many bytes; beyond that the oldest go first. What is in flight is
/// never given up for room: there is no more of it than of calls at work.
pub struct Memory {
    state: Mutex<State>,
    env: Env,
    max_entries: usize,
    max_bytes: usize,
}

#[derive(Default)]
struct State {
    entries: HashMap<Arc<str>, Entry>,
    /// What is kept, in the order in which it ends: every answer is kept equally long.
    kept: VecDeque<(Instant, Arc<str>, u64)>,
    bytes: usize,
    /// Numbers the answers, so that the queue's place of an earlier one ends no later one.
    number: u64,
}

struct Entry {
    fingerprint: Fingerprint,
    stage: Stage,
}

enum Stage {
    InFlight {
        owner: u64,
        until: Instant,
    },
    Kept {
        answer: Kept,
        number: u64,
        until: Instant,
    },
}

/// What an entry takes beside its own bytes: key twice counted, map and queue.
const OVERHEAD: usize = 192;

impl Memory {
    /// With the bounds of `settings`.
    pub fn new(settings: &Settings, env: Env) -> Self {
        Self {
            state: Mutex::default(),
            env,
            max_entries: settings.max_entries.max(1) as usize,
            max_bytes: settings.max_bytes.as_usize(),
        }
    }

    /// How many answers it keeps, and how many bytes they take.
    pub fn size(&self) -> (usize, usize) {
        let state = self.lock();
        (state.entries.len(), state.bytes)
    }

    /// All of it is changed in one step, so it is whole even after a panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim_now(&self, key: &Key, claim: &Claim) -> Claimed {
        let now = self.env.now();
        let mut state = self.lock();
        state.expire(now);
        state.expire_one(key.as_str(), now);
        if let Some(entry) = state.entries.get(key.as_str()) {
            if entry.fingerprint != claim.fingerprint {
                return Claimed::Other;
            }
            match &entry.stage {
                Stage::Kept { answer, .. } => return Claimed::Before(answer.clone()),
                Stage::InFlight { until, .. } if now < *until => {
                    return Claimed::InFlight(*until - now);
                }
                Stage::InFlight { .. } => {}
            }
        }
        let stage = Stage::InFlight {
            owner: claim.owner,
            until: now + claim.lease,
        };
        let fingerprint = claim.fingerprint;
        let entry = Entry { fingerprint, stage };
        state.entries.insert(key.as_str().into(), entry);
        Claimed::First
    }

    fn keep_now(&self, key: &Key, claim: &Claim, answer: &Kept, ttl: Duration) {
        let now = self.env.now();
        let mut state = self.lock();
        if !state.holds(key, claim) {
            return;
        }
        state.number += 1;
        let number = state.number;
        let name: Arc<str> = key.as_str().into();
        // What alone is too large would push all others out: of it only the fact is kept.
        let mut answer = answer.clone();
        if size(&name, &answer) > self.max_bytes {
            answer.body = None;
        }
        state.bytes += size(&name, &answer);
        let until = now + ttl;
        let stage = Stage::Kept {
            answer,
            number,
            until,
        };
        let fingerprint = claim.fingerprint;
        let entry = Entry { fingerprint, stage };
        state.entries.insert(Arc::clone(&name), entry);
        state.kept.push_back((until, name, number));
        while state.bytes > self.max_bytes || state.kept.len() > self.max_entries {
            state.drop_oldest();
        }
    }
}

impl State {
    /// Whether `claim` still holds `key`.
    fn holds(&self, key: &Key, claim: &Claim) -> bool {
        let entry = self.entries.get(key.as_str());
        entry.is_some_and(
            |entry| matches!(entry.stage, Stage::InFlight { owner, .. } if owner == claim.owner),
        )
    }

    fn expire(&mut self, now: Instant) {
        while self.kept.front().is_some_and(|(end, ..)| *end <= now) {
            self.drop_oldest();
        }
    }

    /// One that is over before others that were kept earlier, for longer.
    fn expire_one(&mut self, name: &str, now: Instant) {
        if let Some(Entry {
            stage: Stage::Kept { answer, until, .. },
            ..
        }) = self.entries.get(name)
            && *until <= now
        {
            self.bytes = self.bytes.saturating_sub(size(name, answer));
            self.entries.remove(name);
        }
    }

    fn drop_oldest(&mut self) {
        let Some((_, name, gone)) = self.kept.pop_front() else {
            self.bytes = 0;
            return;
        };
        if let Some(Entry {
            stage: Stage::Kept { answer, number, .. },
            ..
        }) = self.entries.get(&name)
            && *number == gone
        {
            self.bytes = self.bytes.saturating_sub(size(&name, answer));
            self.entries.remove(&name);
        }
    }
}

fn size(key: &str, answer: &Kept) -> usize {
    key.len() + answer.size() + OVERHEAD
}

/// At once: nothing of it waits.
fn done<'a, T: Send + 'a>(value: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl Store for Memory {
    fn location(&self) -> String {
        "memory:".to_owned()
    }

    fn claim<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, Claimed> {
        done(self.claim_now(key, claim))
    }

    fn renew<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        let now = self.env.now();
        let mut state = self.lock();
        if state.holds(key, claim)
            && let Some(entry) = state.entries.get_mut(key.as_str())
        {
            entry.stage = Stage::InFlight {
                owner: claim.owner,
                until: now + claim.lease,
            };
        }
        done(())
    }

    fn keep<'a>(
        &'a self,
        key: &'a Key,
        claim: &'a Claim,
        answer: &'a Kept,
        ttl: Duration,
    ) -> StoreFuture<'a, ()> {
        self.keep_now(key, claim, answer, ttl);
        done(())
    }

    fn release<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()> {
        let mut state = self.lock();
        if state.holds(key, claim) {
            state.entries.remove(key.as_str());
        }
        done(())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (entries, bytes) = self.size();
        f.debug_struct("Memory")
            .field("entries", &entries)
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
