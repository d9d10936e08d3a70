//! What is still looked at, said to a person who waits.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::telemetry;

/// Nothing is said of what is done sooner.
const SOON: Duration = Duration::from_millis(700);

/// What is still looked at.
#[derive(Debug)]
pub(super) struct Progress(Mutex<Vec<&'static str>>);

impl Progress {
    pub(super) fn of(checks: impl Iterator<Item = &'static str>) -> Self {
        Self(Mutex::new(checks.collect()))
    }

    pub(super) fn done(&self, check: &str) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.retain(|name| *name != check);
    }

    /// Says it on standard error, where a person reads that, until it is dropped.
    pub(super) async fn show(&self) {
        if !std::io::stderr().is_terminal() {
            return std::future::pending().await;
        }
        let rewrites = telemetry::is_color_wanted();
        loop {
            tokio::time::sleep(SOON).await;
            let left = self
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .join(", ");
            let mut err = std::io::stderr().lock();
            let _ = match rewrites {
                // The next line, or the report, takes its place.
                true => write!(err, "\r\x1b[Klooking at {left} ...\r"),
                false => writeln!(err, "looking at {left} ..."),
            };
            let _ = err.flush();
        }
    }

    /// Takes the last line away.
    pub(super) fn end(&self) {
        if std::io::stderr().is_terminal() && telemetry::is_color_wanted() {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}
