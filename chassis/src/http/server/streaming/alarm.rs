//! The alarm of a stream: it rings about once a heartbeat, and whoever is rung looks whether a
//! heartbeat is due, or the reader late. Items between two rings set no timer.

use std::sync::Arc;
use std::task::{Context as TaskContext, Wake, Waker};
use std::time::{Duration, Instant};

use super::{Open, Shared};
use crate::context::Alarm;

/// How long a reader that is not reading may hold up a drain. Ten thousand streams take more than a
/// second to end on a slow machine: none of them is to be taken for such a reader.
const GRACE: Duration = Duration::from_secs(3);

/// The alarm's waker. It rings in a thread that serves all alarms, so it only passes on.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        if let Some(runtime) = self.runtime.clone() {
            runtime.spawn(async move { self.look() });
        }
    }
}

impl Open {
    /// Sees to it that somebody looks again, if nobody is about to.
    pub(super) fn watch(&mut self, shared: &Arc<Shared>) {
        let settings = self.settings();
        let at = self.last
            + match self.owed {
                Some(_) => (*settings.heartbeat).min(*settings.write_timeout),
                None => *settings.heartbeat,
            };
        // One that rings earlier will do: whoever is rung looks what is due.
        if self.alarm.as_ref().is_none_or(|alarm| alarm.at() > at) {
            self.ring_at(at, shared);
        }
    }

    fn ring_at(&mut self, at: Instant, shared: &Arc<Shared>) {
        let mut alarm = Alarm::new(self.env().clone(), at);
        let ring = Waker::from(Arc::clone(shared));
        if alarm
            .poll_elapsed(&mut TaskContext::from_waker(&ring))
            .is_ready()
        {
            ring.wake();
        }
        self.alarm = Some(alarm);
    }

    /// Does what is due; true when the reader is to be given up.
    pub(super) fn look(&mut self, shared: &Arc<Shared>) -> bool {
        self.alarm = None;
        let now = self.env().now();
        if self.owed.is_none() {
            let due = self.last + *self.settings().heartbeat;
            if now < due && !self.conn().is_draining() {
                self.ring_at(due, shared);
                return false;
            }
            // From now on it owes us a poll.
            self.owed = Some(now);
            if let Some(task) = self.task.take() {
                task.wake();
            }
        }
        let until = self.patience(now);
        if now < until {
            self.ring_at(until, shared);
        }
        now >= until
    }

    /// Until when the reader may leave untaken what it has been given.
    fn patience(&self, now: Instant) -> Instant {
        let owed = self.owed.unwrap_or(now);
        let patient = owed + *self.settings().write_timeout;
        let drained = self
            .conn()
            .server
            .as_ref()
            .and_then(|server| server.drained());
        drained.map_or(patient, |since| patient.min(owed.max(since) + GRACE))
    }
}
