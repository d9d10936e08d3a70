//! [`Closing`]: notices that the callee has closed a connection that no call uses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use tokio::sync::Notify;

/// What the idle connections of one endpoint wake.
#[derive(Debug)]
pub(super) struct Closing {
    is_woken: AtomicBool,
    /// Told of it, with those of all endpoints.
    told: Arc<Notify>,
}

impl Closing {
    pub(super) fn new(told: Arc<Notify>) -> Self {
        Self {
            is_woken: AtomicBool::new(false),
            told,
        }
    }

    /// Whether one was woken since this was asked last.
    pub(super) fn take(&self) -> bool {
        self.is_woken.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Closing {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.told.notify_one();
    }
}
