//! A run from start to stop, in a process of its own.

use std::time::Duration;

use super::chassis::Announce;
use super::guard::{Guard, Signal};
use super::live::Live;
use super::print;
use super::start::Plan;
use super::stop::Stopped;
use crate::{Error, Result};

/// How long log lines are waited for that come before the plain ones.
const FLUSH: Duration = Duration::from_millis(100);

impl Live {
    /// Starts, serves until a signal, stops.
    ///
    /// # Errors
    ///
    /// Why the start failed, or what the stop had to leave behind.
    pub(super) async fn run(
        mut self,
        plan: Plan,
        guard: &Guard,
        announce: Option<Announce>,
    ) -> Result {
        let speaks = plan.speaks(announce.is_some(), &self);
        let started = tokio::select! {
            started = self.start(plan) => started,
            _ = guard.signal() => return self.end(guard, false).await,
        };
        if let Err(error) = started {
            tracing::error!(%error, "cannot start");
            // The start's own error says more than what its end leaves behind.
            let _ = self.end(guard, false).await;
            return Err(error);
        }
        self.say_ready(speaks, announce);
        self.phases.enter("serving");
        let signal = guard.signal().await;
        tracing::info!(?signal, "stopping");
        self.end(guard, signal == Signal::Terminate).await
    }

    /// Says where it listens, in plain lines for people and as one event for machines.
    fn say_ready(&self, speaks: bool, announce: Option<Announce>) {
        let listeners = self.listeners.to_string().replace('\n', ", ");
        tracing::info!(listeners, "ready");
        // Plain lines come after what was logged before them.
        self.telemetry.flush_logs(FLUSH);
        if speaks {
            print::line(&self.listeners.to_string());
        }
        if let Some(text) = announce.and_then(|announce| announce(&self.listeners)) {
            print::line(&text);
        }
    }

    async fn end(mut self, guard: &Guard, linger: bool) -> Result {
        guard.arm(*self.settings.stop.timeout);
        left_behind(&self.stop(linger).await)
    }
}

fn left_behind(stopped: &Stopped) -> Result {
    if stopped.is_clean() {
        return Ok(());
    }
    let Stopped { connections, tasks } = stopped;
    let mut left = Vec::new();
    if *connections > 0 {
        left.push(format!("{connections} connections with calls at work"));
    }
    if !tasks.is_empty() {
        left.push(format!("the tasks {}", tasks.join(", ")));
    }
    Err(Error::bug(format!(
        "stopped, but {} did not end within their limits (stop.drain, stop.rest) and were dropped",
        left.join(" and ")
    )))
}
