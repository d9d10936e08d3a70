//! [`Running`]: a service that was started within another program.

use std::fmt;

use tokio::runtime::Handle;

use super::listeners::Listeners;
use super::live::Live;
use super::reload::Reload;
use super::runtimes::ControlThread;
use super::stop::Stopped;
#[cfg(feature = "testing")]
use crate::config::Inputs;
use crate::health::Health;
use crate::http::Edge;
use crate::telemetry::Telemetry;
use crate::{Context, Result};

/// A running service. Stop it with [`stop`](Running::stop); dropping it leaves calls at work and
/// closes its listeners without waiting.
pub struct Running {
    live: Live,
    /// Where stopping runs; the thread that drives it, where it has one of its own.
    control: Handle,
    thread: Option<ControlThread>,
}

impl Running {
    pub(super) fn new(live: Live, thread: Option<ControlThread>) -> Self {
        let control = live.runtimes.control.clone();
        Self {
            live,
            control,
            thread,
        }
    }

    /// Where it listens.
    pub fn listeners(&self) -> &Listeners {
        &self.live.listeners
    }

    /// Its checks and readiness.
    pub fn health(&self) -> &Health {
        &self.live.health
    }

    /// Its metrics, spans and logs.
    pub fn telemetry(&self) -> &Telemetry {
        &self.live.telemetry
    }

    /// What it serves, to be called within the process.
    pub fn edge(&self) -> Option<&Edge> {
        self.live.edge.as_ref()
    }

    /// Reads the configuration anew, as it is done by itself when its files change: policies of clients
    /// and ports and the log level hold from then on, the rest from the next start. What has changed is
    /// said in the log.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; then all stays as it is.
    pub fn reload(&self) -> Result {
        self.reloads(Reload::reload)
    }

    /// The same, from other inputs.
    #[cfg(feature = "testing")]
    pub(crate) fn reload_from(&self, inputs: &Inputs) -> Result {
        self.reloads(|reload| reload.reload_from(inputs))
    }

    fn reloads(&self, how: impl FnOnce(&Reload) -> Result) -> Result {
        let said = Context::default().with_component(self.live.telemetry.id());
        match &self.live.reload {
            Some(reload) => said.enter(|| how(reload)),
            None => Ok(()),
        }
    }

    /// Stops it as SIGINT would: without linger, each phase within its limit. Says what had to be
    /// left behind.
    pub async fn stop(self) -> Stopped {
        self.end(false).await
    }

    /// Stops it; with `linger` as SIGTERM would.
    pub(crate) async fn end(self, linger: bool) -> Stopped {
        let Self {
            mut live,
            control,
            thread,
        } = self;
        let said = Context::default().with_component(live.telemetry.id());
        let stopping = control.spawn(said.scope(async move { live.stop(linger).await }));
        let stopped = stopping.await.unwrap_or_default();
        drop(thread);
        stopped
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("listeners", &self.live.listeners)
            .field("health", &self.live.health)
            .finish_non_exhaustive()
    }
}
