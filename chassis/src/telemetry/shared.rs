//! What the components of a process share: one pipeline.

use std::sync::Arc;
use std::time::Duration;

use super::capture::Capture;
use super::metrics::Metrics;
use super::resource::Resource;
use super::settings::Settings;
use super::traces::{Exporter, Sampler, SpanQueue, SpanRecord, Target};
use crate::context::{ComponentId, Env};
use crate::{Context, Result};

/// The pipeline.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) env: Env,
    pub(crate) sampler: Sampler,
    /// `None`: spans go nowhere.
    spans: Option<Arc<SpanQueue>>,
    capture: Option<Capture>,
}

impl Shared {
    /// Opens what `settings` name. `root` is the component of the pipeline's own log lines.
    pub(crate) fn open(
        env: Env,
        settings: &Settings,
        capture: Option<Capture>,
        root: ComponentId,
    ) -> Result<Self> {
        let spans = match Target::open(&settings.traces.url)? {
            Target::None => None,
            Target::Otlp(url) => {
                let traces = &settings.traces;
                let queue = Arc::new(SpanQueue::new(traces.queue, traces.batch));
                let exporter = Exporter {
                    queue: Arc::clone(&queue),
                    url,
                    env: env.clone(),
                    context: Context::default().with_component(root),
                };
                exporter.start()?;
                Some(queue)
            }
        };
        Ok(Self {
            sampler: Sampler::new(settings.traces.ratio),
            env,
            spans,
            capture,
        })
    }

    /// Adds the pipeline's own health.
    pub(crate) fn measure(&self, metrics: &Metrics) {
        if let Some(queue) = self.spans.clone() {
            let (name, help) = (
                "chassis.telemetry.spans.dropped",
                "Spans that were lost: no room, no collector, or refused by it",
            );
            metrics.total(name, help, move || queue.dropped.get());
        }
    }

    /// Whether spans go anywhere.
    #[inline]
    pub(crate) fn records(&self) -> bool {
        self.spans.is_some() || self.capture.is_some()
    }

    /// Takes a finished span of a component.
    pub(crate) fn record(&self, resource: &Arc<Resource>, span: SpanRecord) {
        if let Some(capture) = &self.capture {
            capture.span(resource, span.clone());
        }
        if let Some(queue) = &self.spans {
            queue.push(resource, span);
        }
    }

    /// Sends what is waiting, for at most `limit`.
    pub(crate) async fn shutdown(&self, limit: Duration) {
        if let Some(queue) = &self.spans {
            queue.close(limit);
            queue.closed().await;
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(queue) = &self.spans {
            queue.close(Duration::from_secs(1));
        }
    }
}
