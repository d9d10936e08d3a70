//! A queue is simulated: so many slots, calls that come whatever happens, time that nobody waits for.

mod finding;
mod layer;
mod settings;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use super::*;
use crate::context::Env;

/// A service with slots, behind the limit.
struct Queue {
    limit: AdaptiveLimit,
    epoch: Instant,
    now: u64,
    slots: usize,
    /// Nanoseconds that a call takes in its slot.
    work: u64,
    /// Spread of that, as a share.
    spread: f64,
    /// The share of calls that take fifty times as long.
    long: f64,
    busy: usize,
    waiting: VecDeque<u64>,
    /// When a call ends, and when it came.
    ends: BinaryHeap<Reverse<(u64, u64)>>,
    random: u64,
}

/// What happened in some time.
#[derive(Debug, Default)]
struct Seen {
    done: Vec<u64>,
    refused: u64,
    seconds: f64,
}

const MS: u64 = 1_000_000;

impl Queue {
    fn new(settings: LimitSettings, slots: usize, work: u64) -> Self {
        let epoch = Env::seeded(1).now();
        Self {
            limit: AdaptiveLimit::new(settings, epoch, 7).unwrap(),
            epoch,
            now: 0,
            slots,
            work,
            spread: 0.2,
            long: 0.0,
            busy: 0,
            waiting: VecDeque::new(),
            ends: BinaryHeap::new(),
            random: 1,
        }
    }

    fn random(&mut self) -> f64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn at(&self, nanos: u64) -> Instant {
        self.epoch + Duration::from_nanos(nanos)
    }

    /// Calls come at this rate, at random, for so long.
    fn offer(&mut self, rate: f64, seconds: f64) -> Seen {
        let end = self.now + (seconds * 1e9) as u64;
        let mut seen = Seen {
            seconds,
            ..Seen::default()
        };
        let mut next = self.now;
        loop {
            next += (-(1.0 - self.random()).ln() / rate * 1e9) as u64;
            self.run_until(next.min(end), &mut seen);
            if next >= end {
                return seen;
            }
            match self.limit.enter(self.at(next)) {
                Ok(()) => self.waiting.push_back(next),
                Err(_) => seen.refused += 1,
            }
            self.start();
        }
    }

    fn run_until(&mut self, until: u64, seen: &mut Seen) {
        while let Some(Reverse((end, came))) =
            self.ends.peek().copied().filter(|next| next.0.0 <= until)
        {
            self.ends.pop();
            self.now = end;
            self.busy -= 1;
            seen.done.push(end - came);
            self.limit
                .leave(self.at(came), self.at(end), Outcome::Success);
            self.start();
        }
        self.now = until;
    }

    fn start(&mut self) {
        while self.busy < self.slots && !self.waiting.is_empty() {
            let came = self.waiting.pop_front().unwrap();
            let long = if self.random() < self.long { 50.0 } else { 1.0 };
            let share = long * (1.0 + self.spread * (2.0 * self.random() - 1.0));
            self.ends.push(Reverse((
                self.now + (self.work as f64 * share) as u64,
                came,
            )));
            self.busy += 1;
        }
    }
}

impl Seen {
    fn goodput(&self) -> f64 {
        self.done.len() as f64 / self.seconds
    }

    fn p99(&mut self) -> f64 {
        self.done.sort_unstable();
        self.done[self.done.len() * 99 / 100] as f64 / MS as f64
    }
}
