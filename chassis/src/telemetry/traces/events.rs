//! [`Events`]: what happened during spans that are not finished.
//!
//! The record of a crossing is made when it is over; until then its events wait here, by its id.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::record::SpanEvent;
use crate::context::SpanId;

/// How many spans may have events at once; the oldest lose theirs.
const SPANS: usize = 512;
/// How many events of a span are kept: the first ones.
const EVENTS: usize = 64;

/// Bounded.
#[derive(Debug, Default)]
pub(crate) struct Events {
    waiting: Mutex<VecDeque<(SpanId, Vec<SpanEvent>)>>,
    /// How many spans wait, so that a span without events takes no lock.
    count: AtomicUsize,
}

impl Events {
    pub(crate) fn keep(&self, span: SpanId, event: SpanEvent) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.iter_mut().rfind(|(known, _)| *known == span) {
            Some((_, events)) if events.len() >= EVENTS => {}
            Some((_, events)) => events.push(event),
            None => {
                if waiting.len() == SPANS {
                    waiting.pop_front();
                }
                waiting.push_back((span, vec![event]));
            }
        }
        self.count.store(waiting.len(), Relaxed);
    }

    /// The events of a span that is finished.
    pub(crate) fn take(&self, span: SpanId) -> Vec<SpanEvent> {
        if self.count.load(Relaxed) == 0 {
            return Vec::new();
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = waiting.iter().rposition(|(known, _)| *known == span) else {
            return Vec::new();
        };
        let found = waiting.remove(at);
        self.count.store(waiting.len(), Relaxed);
        found.map(|(_, events)| events).unwrap_or_default()
    }
}
