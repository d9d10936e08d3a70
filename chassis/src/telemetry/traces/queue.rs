//! [`SpanQueue`]: finished spans on their way from the threads that serve to the one that sends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::record::SpanRecord;
use crate::telemetry::Resource;
use crate::telemetry::metrics::Total;

/// How long a span waits for others to be sent with.
const GATHER: Duration = Duration::from_secs(1);

/// A span, and the component that it belongs to.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(super) resource: Arc<Resource>,
    pub(super) span: SpanRecord,
}

/// Bounded: what finds no room is dropped and counted.
#[derive(Debug)]
pub(crate) struct SpanQueue {
    waiting: Mutex<Vec<Queued>>,
    most: usize,
    batch: usize,
    wake: Notify,
    /// What was lost on the way, here or later.
    pub(crate) dropped: Total,
    /// How long what is waiting may still take, once the end is near.
    pub(super) closing: watch::Sender<Option<Duration>>,
    /// Whether nothing is sent any more.
    pub(super) done: watch::Sender<bool>,
}

impl SpanQueue {
    pub(crate) fn new(most: usize, batch: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            most: most.max(1),
            batch: batch.clamp(1, most.max(1)),
            wake: Notify::new(),
            dropped: Total::default(),
            closing: watch::Sender::new(None),
            done: watch::Sender::new(false),
        }
    }

    /// Never waits for anything but the other threads that push.
    pub(crate) fn push(&self, resource: &Arc<Resource>, span: SpanRecord) {
        let resource = Arc::clone(resource);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= self.most {
            drop(waiting);
            self.dropped.add(1);
            return;
        }
        waiting.push(Queued { resource, span });
        let length = waiting.len();
        drop(waiting);
        // The first begins to gather, the last of a batch sends it off.
        if length == 1 || length == self.batch {
            self.wake.notify_one();
        }
    }

    /// The next batch, as soon as it is full or its first span has waited long enough; nothing,
    /// when all has been sent and the end is near.
    pub(super) async fn next(&self) -> Vec<Queued> {
        let mut closing = self.closing.subscribe();
        loop {
            let closed = closing.borrow_and_update().is_some();
            let length = self.length();
            if closed || length >= self.batch {
                return self.take();
            }
            let changed = async {
                tokio::select! {
                    () = self.wake.notified() => {}
                    _ = closing.changed() => {}
                }
            };
            if length == 0 {
                changed.await;
            } else if timeout(GATHER, changed).await.is_err() {
                return self.take();
            }
        }
    }

    pub(super) fn length(&self) -> usize {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.len()
    }

    fn take(&self) -> Vec<Queued> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let length = waiting.len().min(self.batch);
        waiting.drain(..length).collect()
    }

    /// Ends the sending of what is waiting within `limit`.
    pub(crate) fn close(&self, limit: Duration) {
        self.closing.send_replace(Some(limit));
    }

    /// Waits until nothing is sent any more.
    pub(crate) async fn closed(&self) {
        let _ = self.done.subscribe().wait_for(|done| *done).await;
    }
}
