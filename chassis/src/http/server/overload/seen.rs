//! [`Seen`]: that something is refused, said when it begins and when it is over.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// What was refused since it began.
#[derive(Debug, Default)]
pub(in super::super) struct Seen {
    is_on: AtomicBool,
    refused: AtomicU64,
    /// How many there were at the last look, and for how many looks there were no more.
    known: AtomicU64,
    quiet: AtomicU64,
}

/// After so many looks without a refusal it is over: ten seconds.
const OVER: u64 = 40;

impl Seen {
    /// One more was refused; true for the first, which is said.
    pub(in super::super) fn refused(&self) -> bool {
        self.refused.fetch_add(1, Relaxed);
        !self.is_on.load(Relaxed) && !self.is_on.swap(true, Relaxed)
    }

    /// Whether something is refused.
    pub(in super::super) fn is_on(&self) -> bool {
        self.is_on.load(Relaxed)
    }

    /// How many were refused, once it is over. Asked four times a second.
    pub(in super::super) fn over(&self) -> Option<u64> {
        if !self.is_on() {
            return None;
        }
        let refused = self.refused.load(Relaxed);
        if self.known.swap(refused, Relaxed) != refused {
            self.quiet.store(0, Relaxed);
            return None;
        }
        if self.quiet.fetch_add(1, Relaxed) < OVER {
            return None;
        }
        self.is_on.store(false, Relaxed);
        self.quiet.store(0, Relaxed);
        self.known.store(0, Relaxed);
        Some(self.refused.swap(0, Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_when_it_begins_and_once_when_it_is_over() {
        let seen = Seen::default();
        assert_eq!(seen.over(), None);
        assert!(seen.refused());
        assert!((0..1_000).all(|_| !seen.refused()));
        let ends: Vec<u64> = (0..100).filter_map(|_| seen.over()).collect();
        assert_eq!(ends, [1_001]);
        assert!(seen.refused());
    }
}
