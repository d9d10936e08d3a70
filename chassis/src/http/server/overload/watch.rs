//! What happens beside the requests: the processor is looked at, and what is over is said.

use std::time::Duration;

use super::super::Edge;
use super::super::offered::WeakEdge;
use crate::Context;
use crate::context::Env;
use crate::policy::shed::usage::CpuUsage;

/// How often.
const EVERY: Duration = Duration::from_millis(250);

/// Looks until the edge is gone. On the runtime that serves: how late this wakes is how late everybody
/// does.
pub(in super::super) async fn run(edge: WeakEdge, env: Env) {
    let mut usage = CpuUsage::default();
    loop {
        let due = env.now() + EVERY;
        env.sleep_until(due).await;
        let Some(edge) = edge.upgrade() else { return };
        let now = env.now();
        let late = now.saturating_duration_since(due);
        let context = Context::default().with_component(edge.telemetry().id());
        context.enter(|| edge.look(usage.read(now), late));
    }
}

impl Edge {
    /// What the processor is at, if that can be read, and how late the look is.
    pub(super) fn look(&self, usage: Option<f64>, late: Duration) {
        let pipeline = self.pipeline();
        if let (Some(cpu), Some(usage)) = (&pipeline.cpu, usage) {
            cpu.sample(usage, late);
        }
        if let Some(refused) = pipeline.busy.over() {
            tracing::info!(
                refused,
                "the processor has time again: all requests are taken"
            );
        }
        if let Some(refused) = pipeline.full.over() {
            tracing::info!(
                refused,
                "fewer calls are at work than http.max_in_flight: all are taken"
            );
        }
        self.look_at_routes();
    }

    fn look_at_routes(&self) {
        for route in self.table().routes() {
            if let Some(refused) = route.guard.seen.over() {
                let (method, path) = (&route.info.verb, route.info.path);
                tracing::info!(
                    refused,
                    "{method} {path} keeps up again: all its calls are taken"
                );
            }
        }
        if let Some(refused) = self.pipeline().elsewhere.seen.over() {
            tracing::info!(
                refused,
                "merged routers keep up again: all their calls are taken"
            );
        }
    }
}
