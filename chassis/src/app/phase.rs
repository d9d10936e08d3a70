//! Phases of starting and stopping: each limited, each with its log line.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::context::Env;

/// Runs phases, and knows the current one for the watchdog. A cheap clone.
#[derive(Debug, Clone)]
pub(super) struct Phases {
    env: Env,
    current: Arc<Mutex<&'static str>>,
}

impl Phases {
    pub(super) fn new(env: Env) -> Self {
        Self {
            env,
            current: Arc::new(Mutex::new("start")),
        }
    }

    /// The name of the phase that runs, or ran last.
    pub(super) fn current(&self) -> &'static str {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that phase `name` runs from now on.
    pub(super) fn enter(&self, name: &'static str) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// Does `work`, for at most `limit`. `None`: the limit was passed and the work was dropped.
    pub(super) async fn run<F: Future>(
        &self,
        name: &'static str,
        limit: Duration,
        work: F,
    ) -> Option<F::Output> {
        self.enter(name);
        let started = self.env.now();
        let result = tokio::time::timeout(limit, work).await.ok();
        let took_ms = self
            .env
            .now()
            .saturating_duration_since(started)
            .as_millis();
        let took_ms = u64::try_from(took_ms).unwrap_or(u64::MAX);
        match result {
            Some(_) => tracing::info!(phase = name, took_ms, outcome = "done", "phase is over"),
            None => tracing::warn!(
                phase = name,
                took_ms,
                outcome = "limit",
                "phase did not end within its limit of {limit:?}; going on without it"
            ),
        }
        result
    }
}
