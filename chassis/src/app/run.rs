//! A run from start to stop, in a process of its own.

use std::time::{Duration, Instant};

use super::chassis::Announce;
use super::guard::{Guard, Signal};
use super::live::Live;
use super::print;
use super::screen::{Reader, Screen};
use super::start::Plan;
use super::stop::Stopped;
use crate::telemetry::LogFormat;
use crate::{Context, Error, Result};

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
        began: Instant,
    ) -> Result {
        let speaks = plan.speaks(announce.is_some(), &self);
        let (screen, config) = (Screen::of(&plan, &self), plan.config.clone());
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
        let took = self.telemetry.env().now().saturating_duration_since(began);
        self.say_ready(&screen.ready(&self, &config, took), speaks, announce);
        self.hear_hangups(guard);
        self.phases.enter("serving");
        let signal = guard.signal().await;
        tracing::info!(?signal, "stopping");
        self.end(guard, signal == Signal::Terminate).await
    }

    /// Reads the configuration anew whenever SIGHUP comes.
    fn hear_hangups(&mut self, guard: &Guard) {
        if let Some(reload) = &self.reload {
            let said = Context::default().with_component(self.telemetry.id());
            let control = &self.runtimes.control;
            self.watching
                .hangups(reload, guard.hangups(), (&said, control));
        }
    }

    /// Says that it is ready: on a terminal in a screen for people, else as one event for machines,
    /// with the listeners in plain lines where somebody `speaks` for reading them.
    fn say_ready(&self, screen: &Screen, speaks: bool, announce: Option<Announce>) {
        let (reader, listeners) = (Reader::now(), self.listeners.to_string());
        if reader == Reader::Machine || self.settings.telemetry.logs.format == LogFormat::Json {
            screen.log(&listeners);
        }
        // Plain lines come after what was logged before them.
        self.telemetry.flush_logs(FLUSH);
        match reader {
            Reader::Person { color } => print::bytes(screen.lines(color).as_bytes()),
            Reader::Machine if speaks => print::line(&listeners),
            Reader::Machine => {}
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
