//! [`Admission`]: how many calls may be at work at a time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};

use tokio::sync::Notify;

/// Counts the calls at work, and refuses those beyond the limit.
#[derive(Debug)]
pub(super) struct Admission {
    limit: usize,
    at_work: AtomicUsize,
    /// Whether a drain waits for the last call, which then tells it.
    awaited: AtomicBool,
    idle: Notify,
}

impl Admission {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            at_work: AtomicUsize::new(0),
            awaited: AtomicBool::new(false),
            idle: Notify::new(),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn at_work(&self) -> usize {
        self.at_work.load(Relaxed)
    }

    /// Takes a place; false when none is free.
    pub(super) fn enter(&self) -> bool {
        let before = self.at_work.fetch_add(1, Relaxed);
        if before < self.limit {
            return true;
        }
        self.leave();
        false
    }

    /// Gives a place back.
    pub(super) fn leave(&self) {
        if self.at_work.fetch_sub(1, SeqCst) == 1 && self.awaited.load(SeqCst) {
            self.idle.notify_waiters();
        }
    }

    /// Waits until no call is at work.
    pub(super) async fn emptied(&self) {
        self.awaited.store(true, SeqCst);
        loop {
            let emptied = self.idle.notified();
            if self.at_work.load(SeqCst) == 0 {
                return;
            }
            emptied.await;
        }
    }
}
