//! Stopping: the start in reverse, each phase limited, so that nothing accepted is lost and
//! nothing hangs for ever.

use std::time::{Duration, Instant};

use super::live::Live;
use crate::health::Stage;

/// Kept from the total limit, so that the process ends by itself before it is ended by force.
const MARGIN: Duration = Duration::from_millis(500);

/// How long open admin pages have to read that this is the end.
const FAREWELL: Duration = Duration::from_millis(200);

/// What a stop had to leave behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Connections that were still at work when the drain's limit came.
    pub connections: usize,
    /// Tasks that did not end.
    pub tasks: Vec<String>,
}

impl Stopped {
    /// Whether everything came to its end.
    pub fn is_clean(&self) -> bool {
        self.connections == 0 && self.tasks.is_empty()
    }
}

impl Live {
    /// Stops what is open. With `linger`, calls are still taken for a while, each answer saying
    /// that the connection closes, so that balancers can notice.
    pub(super) async fn stop(&mut self, linger: bool) -> Stopped {
        let began = self.telemetry.env().now();
        self.health.advance(Stage::Stopping);
        self.deregister().await;
        if let (true, Some(serving)) = (linger, &self.serving) {
            serving.connection_close();
            let pause = *self.settings.stop.linger;
            let lingering = tokio::time::sleep(pause);
            let _ = self.phases.run("linger", pause + MARGIN, lingering).await;
        }
        let connections = self.drain().await;
        let tasks = self.end_tasks(began).await;
        self.checks = None;
        self.close_pools(began).await;
        let left = self.left(began);
        let _ = self
            .phases
            .run("telemetry", left, self.telemetry.shutdown(left))
            .await;
        if let Some(pages) = self.pages.take() {
            pages.end(FAREWELL).await;
        }
        // Liveness answered throughout.
        self.admin = None;
        self.probe = None;
        // What the service holds is dropped here, not after: code of its own may run, and hang.
        self.phases.enter("close");
        self.edge = None;
        self.registry = None;
        self.components.clear();
        Stopped { connections, tasks }
    }

    async fn deregister(&mut self) {
        let registrations = std::mem::take(&mut self.registrations);
        if registrations.is_empty() {
            return;
        }
        let all = async {
            for registration in registrations {
                if let Err(error) = registration.deregister().await {
                    tracing::warn!(%error, "not deregistered: the entry ends by its time to live");
                }
            }
        };
        let _ = self
            .phases
            .run("deregister", *self.settings.stop.rest, all)
            .await;
    }

    /// Takes what the kernel has accepted, closes idle connections, waits for the calls at work.
    async fn drain(&mut self) -> usize {
        let Some(serving) = self.serving.take() else {
            return 0;
        };
        let limit = *self.settings.stop.drain;
        let stopping = self
            .phases
            .run("stop accepting", limit, serving.stop_accepting());
        let _ = stopping.await;
        let draining = serving.drain(limit);
        let open = self.phases.run("drain", limit + MARGIN, draining).await;
        let open = open.unwrap_or_else(|| serving.open());
        if open > 0 {
            tracing::error!(
                connections = open,
                "calls were still at work after {limit:?} (stop.drain) and are lost"
            );
        }
        open
    }

    async fn end_tasks(&mut self, began: Instant) -> Vec<String> {
        let _ = self
            .phases
            .run("tasks", self.left(began), self.tasks.stop())
            .await;
        let left = self.tasks.abandon();
        if !left.is_empty() {
            tracing::error!(
                tasks = left.join(", "),
                "tasks did not stop and are abandoned"
            );
        }
        left
    }

    async fn close_pools(&mut self, began: Instant) {
        #[cfg(feature = "sqlite")]
        {
            let stores: Vec<_> = self
                .components
                .iter()
                .filter_map(|component| component.store.get())
                .collect();
            if !stores.is_empty() {
                let all = async {
                    for store in stores {
                        store.close().await;
                    }
                };
                let _ = self.phases.run("pools", self.left(began), all).await;
            }
        }
        #[cfg(not(feature = "sqlite"))]
        let _ = began;
    }

    /// Time for the next phase: `stop.rest`, or what the total leaves.
    fn left(&self, began: Instant) -> Duration {
        let spent = self.telemetry.env().now().saturating_duration_since(began);
        let total = (*self.settings.stop.timeout).saturating_sub(spent);
        total.saturating_sub(MARGIN).min(*self.settings.stop.rest)
    }
}
