//! [`Told`]: what the log and the metrics say of a client's endpoints, once each change.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::discovery::Address;
use crate::policy::ejection::{Change, Reason};
use crate::telemetry::Telemetry;

#[derive(Debug)]
pub(super) struct Told {
    service: &'static str,
    telemetry: Telemetry,
    /// The size of the last set of which only a part was used.
    large: AtomicUsize,
}

/// How many are ejected, of how many.
type Ejected = (usize, usize);

impl Told {
    pub(super) fn new(service: &'static str, telemetry: &Telemetry) -> Self {
        Self {
            service,
            telemetry: telemetry.clone(),
            large: AtomicUsize::new(0),
        }
    }

    /// An endpoint was ejected or readmitted.
    pub(super) fn change(&self, change: Change, endpoint: &Address, (ejected, of): Ejected) {
        let service = self.service;
        match change {
            Change::Ejected { time, reason } => {
                let metrics = self.telemetry.metrics();
                if let Some(counter) = metrics.ejections(service, reason.kind()) {
                    counter.inc();
                }
                match reason {
                    // Who asks to be left alone is not ill, and may ask every second.
                    Reason::RetryAfter => {
                        tracing::debug!(service, %endpoint, "no calls for {time:?}: {reason}");
                    }
                    _ => tracing::warn!(
                        service, %endpoint, ejected, of,
                        "{service}: {endpoint} is ejected: {reason}; no calls for {time:?}, then \
                         one to see whether it is back"
                    ),
                }
            }
            Change::Readmitted => tracing::info!(
                service, %endpoint, ejected, of,
                "{service}: {endpoint} is readmitted: it answers again"
            ),
        }
    }

    /// Too few endpoints are left, or enough again.
    pub(super) fn panic(&self, is_panicking: bool, (ejected, of): Ejected) {
        let service = self.service;
        match is_panicking {
            true => tracing::warn!(
                service,
                "{service}: {ejected} of {of} endpoints are ejected, which is too many to leave out: \
                 all are called"
            ),
            false => tracing::info!(
                service,
                "{service}: {ejected} of {of} endpoints are ejected, and are left out again"
            ),
        }
    }

    /// Only `most` of `all` endpoints are called.
    pub(super) fn subset(&self, most: usize, all: usize) {
        let service = self.service;
        if self.large.swap(all, Ordering::Relaxed) == 0 {
            tracing::info!(
                service,
                "{service}: {most} of {all} endpoints are called, the same ones as long as they are \
                 there; client.{service}.balance.subset says how many"
            );
        }
    }
}
