//! [`Tried`]: which endpoints have had an attempt of a call.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many are remembered: a call has seldom more attempts.
const MOST: usize = 8;

/// The endpoints that a call has been tried on, by their ids, so that another attempt takes another
/// one first. Without an allocation; of more than eight the first eight.
#[derive(Debug, Default)]
pub(super) struct Tried([AtomicU64; MOST]);

impl Tried {
    /// An attempt goes to the endpoint `id`.
    pub(super) fn add(&self, id: u64) {
        // Nothing is 0.
        let id = id + 1;
        for place in &self.0 {
            match place.compare_exchange(0, id, Ordering::Relaxed, Ordering::Relaxed) {
                Err(known) if known != id => {}
                _ => return,
            }
        }
    }

    /// Whether one went there.
    pub(super) fn has(&self, id: u64) -> bool {
        self.ids().any(|known| known == id)
    }

    /// Where one went.
    pub(super) fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        let known = self.0.iter().map(|place| place.load(Ordering::Relaxed));
        known.take_while(|id| *id > 0).map(|id| id - 1)
    }
}
