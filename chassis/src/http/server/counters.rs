//! [`Counters`]: what happens on connections before there is a request, or without one.

use std::error::Error as _;

use crate::Result;
use crate::context::{Carrier, Rejected};
use crate::telemetry::{Counter, Metrics, semconv};

/// Counts what no route's series shows.
#[derive(Debug)]
pub(super) struct Counters {
    malformed: Counter,
    too_large: Counter,
    resets: Counter,
    slow: Counter,
    idle: Counter,
    unread: Counter,
    full: Counter,
    rejected: [Counter; Carrier::ALL.len()],
}

impl Counters {
    pub(super) fn new(metrics: &Metrics) -> Result<Self> {
        let refused = |kind| {
            let help = "Requests that HTTP itself refused (400, 414, 431), and connections that were \
                        closed for resetting their requests";
            metrics.own_counter(
                "chassis.http.server.refused",
                help,
                &[(semconv::ERROR_TYPE, kind)],
            )
        };
        let timed_out = |reason| {
            let help = "Connections, and streams of items, that were closed because nothing moved";
            metrics.own_counter("chassis.http.server.timed_out", help, &[("reason", reason)])
        };
        let help = "Connections that waited because as many were open as may be";
        Ok(Self {
            malformed: refused("malformed")?,
            too_large: refused("too-large")?,
            resets: refused("reset-flood")?,
            slow: timed_out("headers")?,
            idle: timed_out("idle")?,
            unread: timed_out("write")?,
            full: metrics.own_counter("chassis.http.server.full", help, &[])?,
            rejected: Carrier::ALL.map(|carrier| metrics.rejected(carrier.as_str())),
        })
    }

    /// A connection ended with an error. hyper has answered what it could not read.
    pub(super) fn broken(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) {
        match error.downcast_ref::<hyper::Error>() {
            Some(error) if error.is_parse_too_large() => self.too_large.inc(),
            Some(error) if error.is_parse() => self.malformed.inc(),
            Some(error) if is_flood(error) => self.resets.inc(),
            // Callers come and go.
            _ => {}
        }
    }

    /// A connection was closed whose caller takes back most of what it asks for.
    pub(super) fn reset_flood(&self) {
        self.resets.inc();
    }

    /// A connection was closed because nothing came, or, while `reading`, no whole head.
    pub(super) fn timed_out(&self, reading: bool) {
        let counter = if reading { &self.slow } else { &self.idle };
        counter.inc();
    }

    /// A stream was given up because its reader took nothing.
    pub(super) fn unread(&self) {
        self.unread.inc();
    }

    /// A connection waits because as many are open as may be.
    pub(super) fn full(&self) {
        self.full.inc();
    }

    /// Headers that were not taken as they came.
    #[cold]
    pub(super) fn rejected(&self, rejected: Rejected) {
        for (carrier, _) in rejected.iter() {
            self.rejected[carrier as usize].inc();
        }
    }
}

/// Whether HTTP/2 itself closed the connection for too much of something: resets, mostly.
fn is_flood(error: &hyper::Error) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.reason() == Some(h2::Reason::ENHANCE_YOUR_CALM))
}
