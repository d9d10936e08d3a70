//! [`Guesses`]: whoever sends wrong tokens is made slow.
//!
//! The token of the state folder cannot be guessed; one that somebody configured might be. After
//! ten wrong ones an address waits before each further one is looked at, with few waiting at a
//! time, so that guessing gets nowhere. Nobody is locked out: who shares the address and has the
//! right token waits a second, and clears the address with it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fence::Refusal;
use crate::ProblemDetails;
use crate::context::Env;

/// Wrong tokens that cost nothing: people paste badly.
const FREE: u32 = 10;

/// How long each further one waits.
const PAUSE: Duration = Duration::from_secs(1);

/// How many of an address may wait at a time; more are refused unseen.
const WAITING: u32 = 4;

/// After so long without a wrong one an address begins anew.
const FORGIVEN: Duration = Duration::from_secs(60);

/// How many addresses are told apart; all others count as one.
const ADDRESSES: usize = 1_024;

/// Counts wrong tokens by address.
#[derive(Debug)]
pub(super) struct Guesses {
    env: Env,
    tallies: Mutex<HashMap<IpAddr, Tally>>,
}

#[derive(Debug)]
struct Tally {
    wrong: u32,
    last: Instant,
    waiting: u32,
}

/// A place among those who wait.
struct Place<'a>(&'a Guesses, IpAddr);

impl Guesses {
    pub(super) fn new(env: Env) -> Self {
        Self {
            env,
            tallies: Mutex::default(),
        }
    }

    /// Looks at the token of a request from `peer`, at once or after a pause. `check` looks.
    ///
    /// # Errors
    ///
    /// What `check` says; 429 where too many of the address wait already.
    pub(super) async fn check(
        &self,
        peer: Option<IpAddr>,
        check: impl FnOnce() -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let caller = self.caller(peer.unwrap_or(UNKNOWN));
        if let Some(_place) = self.queue(caller)? {
            self.env.sleep(PAUSE).await;
            return self.count(caller, check());
        }
        self.count(caller, check())
    }

    /// A place where the address has to wait.
    fn queue(&self, caller: IpAddr) -> Result<Option<Place<'_>>, Refusal> {
        let now = self.env.now();
        let mut tallies = self.tallies();
        let Some(tally) = tallies.get_mut(&caller) else {
            return Ok(None);
        };
        if now.saturating_duration_since(tally.last) >= FORGIVEN {
            tally.wrong = 0;
        }
        if tally.wrong < FREE {
            return Ok(None);
        }
        if tally.waiting >= WAITING {
            let why = "too many wrong tokens came from this address; wait a moment, then send the \
                       right one";
            let refusal = ProblemDetails::chassis("too-many-tokens", 429).with_detail(why);
            return Err(Box::new(refusal));
        }
        tally.waiting += 1;
        Ok(Some(Place(self, caller)))
    }

    fn count(&self, caller: IpAddr, checked: Result<(), Refusal>) -> Result<(), Refusal> {
        let mut tallies = self.tallies();
        if checked.is_ok() {
            if let Some(tally) = tallies.get_mut(&caller) {
                tally.wrong = 0;
            }
            return checked;
        }
        let last = self.env.now();
        let tally = tallies.entry(caller).or_insert(Tally {
            wrong: 0,
            last,
            waiting: 0,
        });
        tally.last = last;
        tally.wrong = tally.wrong.saturating_add(1);
        if tally.wrong == FREE {
            tracing::warn!(
                peer = %caller,
                "{FREE} wrong admin tokens in a row: further ones from there are slowed down"
            );
        }
        checked
    }

    /// As whom `peer` is counted. Whoever has an IPv6 network has 2⁶⁴ addresses.
    fn caller(&self, peer: IpAddr) -> IpAddr {
        let caller = match peer {
            IpAddr::V6(peer) => {
                let [a, b, c, d, ..] = peer.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 => v4,
        };
        let now = self.env.now();
        let mut tallies = self.tallies();
        if tallies.len() >= ADDRESSES {
            tallies.retain(|_, tally| {
                tally.waiting > 0 || now.saturating_duration_since(tally.last) < FORGIVEN
            });
        }
        let is_counted = tallies.len() < ADDRESSES || tallies.contains_key(&caller);
        if is_counted { caller } else { UNKNOWN }
    }

    fn tallies(&self) -> MutexGuard<'_, HashMap<IpAddr, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All who cannot be told apart.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(tally) = self.0.tallies().get_mut(&self.1) {
            tally.waiting = tally.waiting.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong() -> Result<(), Refusal> {
        Err(Box::new(ProblemDetails::chassis("unauthorized", 401)))
    }

    fn peer(last: u8) -> Option<IpAddr> {
        Some([10, 0, 0, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn the_eleventh_wrong_token_waits_and_no_other_address_does() {
        let env = Env::seeded(1);
        let guesses = Guesses::new(env.clone());
        let begun = env.now();
        for _ in 0..FREE {
            assert!(guesses.check(peer(1), wrong).await.is_err());
        }
        assert!(env.now() - begun < PAUSE);
        assert!(guesses.check(peer(2), || Ok(())).await.is_ok());
        assert!(env.now() - begun < PAUSE, "another address is not slowed");
        assert!(guesses.check(peer(1), wrong).await.is_err());
        assert!(env.now() - begun >= PAUSE);
        let begun = env.now();
        assert!(guesses.check(peer(1), || Ok(())).await.is_ok());
        assert!(env.now() - begun >= PAUSE);
        let begun = env.now();
        assert!(guesses.check(peer(1), || Ok(())).await.is_ok());
        assert!(env.now() - begun < PAUSE, "the right token cleared it");
    }

    #[tokio::test(start_paused = true)]
    async fn few_wait_at_a_time_and_all_is_forgiven_after_a_minute() {
        let env = Env::seeded(1);
        let guesses = Guesses::new(env.clone());
        for _ in 0..FREE {
            let _ = guesses.check(peer(1), wrong).await;
        }
        let ask = || guesses.check(peer(1), wrong);
        let (a, b, c, d, e) = tokio::join!(ask(), ask(), ask(), ask(), ask());
        let mut said = [a, b, c, d, e].map(|refused| refused.unwrap_err().status);
        said.sort_unstable();
        assert_eq!(said, [401, 401, 401, 401, 429]);
        env.sleep(FORGIVEN).await;
        let begun = env.now();
        let _ = ask().await;
        assert!(env.now() - begun < PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_is_one_address_and_memory_is_bounded() {
        let guesses = Guesses::new(Env::seeded(1));
        for last in 0..u16::try_from(2 * ADDRESSES).unwrap() {
            let here = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last);
            let _ = guesses.check(Some(here.into()), wrong).await;
            if last > 20 {
                break;
            }
        }
        assert_eq!(guesses.tallies().len(), 1);
        for network in 0..u16::try_from(2 * ADDRESSES).unwrap() {
            let there = Ipv6Addr::new(0x2001, 0xdb8, 1, network, 0, 0, 0, 1);
            let _ = guesses.check(Some(there.into()), wrong).await;
            if guesses.tallies().values().any(|tally| tally.waiting > 0) {
                break;
            }
            if guesses.tallies().len() > ADDRESSES {
                break;
            }
        }
        assert!(guesses.tallies().len() <= ADDRESSES + 1);
    }
}
