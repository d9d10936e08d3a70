//! [`Gate`]: how many connections are being opened to one endpoint, and how soon after a failure.
//!
//! A thousand calls that find an endpoint without a connection must not all knock at once, least of
//! all where nobody opens. So only a few connections are opened at a time, and after a failure one,
//! after a pause that grows (10 ms to 250 ms, with jitter): until it is over, calls learn at once
//! what happened last, and other endpoints have their turn.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How many connections of HTTP/1.1 are opened at a time.
const AT_ONCE: usize = 32;

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct Gate {
    all: Semaphore,
    /// The one that tries again after a failure.
    trial: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    /// Failures ever.
    total: u64,
    /// Nobody knocks before.
    until: Option<Instant>,
    last: Option<Arc<str>>,
}

/// The right to open one connection.
pub(super) struct Pass<'a> {
    _one: SemaphorePermit<'a>,
    _trial: Option<SemaphorePermit<'a>>,
}

/// What happened when somebody else tried.
#[derive(Debug)]
pub(super) struct Refused {
    last: Arc<str>,
    again: Duration,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            all: Semaphore::new(AT_ONCE),
            trial: Semaphore::new(1),
            state: Mutex::default(),
        }
    }

    /// Waits for one's turn, and gives it unless the last failure was too short a while ago.
    pub(super) async fn pass(&self, now: impl Fn() -> Instant) -> Result<Pass<'_>, Refused> {
        // Never closed, so that there is always a permit in the end.
        let closed = |_| Refused::closed();
        let one = self.all.acquire().await.map_err(closed)?;
        let has_failed = self.state().failures > 0;
        let trial = match has_failed {
            true => Some(self.trial.acquire().await.map_err(closed)?),
            false => None,
        };
        match self.refused(now()) {
            Some(refused) => Err(refused),
            None => Ok(Pass {
                _one: one,
                _trial: trial,
            }),
        }
    }

    /// Whether nobody knocks at `now`, and why.
    pub(super) fn refused(&self, now: Instant) -> Option<Refused> {
        let state = self.state();
        let until = state.until.filter(|until| now < *until)?;
        Some(Refused {
            last: state.last.clone()?,
            again: until - now,
        })
    }

    /// The failure after the first `seen` ones, if there was one.
    pub(super) fn failed_since(&self, seen: u64, now: Instant) -> Option<Refused> {
        let state = self.state();
        if state.total == seen {
            return None;
        }
        let again = state
            .until
            .map(|until| until.saturating_duration_since(now));
        Some(Refused {
            last: state.last.clone()?,
            again: again.unwrap_or_default(),
        })
    }

    /// How often it failed, ever.
    pub(super) fn failures(&self) -> u64 {
        self.state().total
    }

    pub(super) fn opened(&self) {
        let mut state = self.state();
        state.failures = 0;
        state.until = None;
    }

    /// `random` are 64 random bits.
    pub(super) fn failed(&self, now: Instant, random: u64, error: &(dyn StdError + 'static)) {
        let mut state = self.state();
        let pause = FIRST_PAUSE.saturating_mul(1 << state.failures.min(10));
        let pause = pause.min(LONGEST_PAUSE);
        // From half of it to all of it.
        let share = (random >> 33) as u32;
        let jittered = pause / 2 + pause.mul_f64(f64::from(share) / f64::from(u32::MAX));
        state.until = Some(now + jittered.min(pause));
        state.failures += 1;
        state.total += 1;
        state.last = Some(whole(error).into());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error with all its causes.
fn whole(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some say their cause themselves.
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

impl Refused {
    fn closed() -> Self {
        Self {
            last: "the client is closed".into(),
            again: Duration::ZERO,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.last)?;
        match self.again.as_millis() {
            0 => Ok(()),
            again => write!(f, " (just now; tried again in {again} ms)"),
        }
    }
}

impl StdError for Refused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Env;

    fn refused() -> std::io::Error {
        std::io::Error::from(std::io::ErrorKind::ConnectionRefused)
    }

    #[test]
    fn the_pause_grows_to_its_bound_with_jitter_and_ends_with_a_success() {
        let (gate, now) = (Gate::new(), Env::system().now());
        assert!(gate.refused(now).is_none());
        let mut longest = Duration::ZERO;
        for round in 0..100_u64 {
            gate.failed(now, round.wrapping_mul(0x9E37_79B9_7F4A_7C15), &refused());
            longest = longest.max(gate.refused(now).unwrap().again);
            if round == 0 {
                assert!(longest <= FIRST_PAUSE && longest >= FIRST_PAUSE / 2);
            }
        }
        assert!(
            longest <= LONGEST_PAUSE && longest > LONGEST_PAUSE / 2,
            "{longest:?}"
        );
        assert!(gate.refused(now + LONGEST_PAUSE).is_none());
        gate.opened();
        assert!(gate.refused(now).is_none());
        assert_eq!(gate.failures(), 100);
        assert!(gate.failed_since(99, now).is_some() && gate.failed_since(100, now).is_none());
    }

    #[tokio::test]
    async fn after_a_failure_one_tries_and_the_others_hear_of_it() {
        let (gate, now) = (Gate::new(), Env::system().now());
        gate.failed(now, 0, &refused());
        let later = now + LONGEST_PAUSE;
        let trial = gate.pass(|| later).await.unwrap();
        let waiting = gate.pass(|| later);
        tokio::select! {
            biased;
            _ = waiting => panic!("two at once"),
            () = std::future::ready(()) => {}
        }
        gate.failed(later, 0, &refused());
        drop(trial);
        let said = gate.pass(|| later).await.err().unwrap().to_string();
        assert!(
            said.starts_with("connection refused (just now; tried again in"),
            "{said}"
        );
    }
}
