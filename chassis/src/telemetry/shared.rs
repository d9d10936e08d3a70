//! What the components of a process share: one pipeline.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::capture::Capture;
use super::logs::{self, Levels, Look, Sink};
use super::metrics::Metrics;
use super::resource::Resource;
use super::settings::{Settings, TracesSettings};
use super::traces::{Events, Exporter, Sampler, SpanQueue, SpanRecord, Target, headers};
use crate::config::Url;
use crate::context::{ComponentId, Env};
use crate::{Context, Error, Result};

/// The pipeline.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) env: Env,
    pub(crate) sampler: Sampler,
    /// `None`: spans go nowhere.
    spans: Option<Arc<SpanQueue>>,
    /// Of spans that are not finished.
    pub(crate) events: Events,
    pub(crate) sink: Arc<Sink>,
    pub(crate) look: Look,
    levels: ArcSwap<Levels>,
    capture: Option<Capture>,
}

/// Checks `settings` without opening anything.
///
/// # Errors
///
/// As [`Telemetry::new`](super::Telemetry::new).
pub(crate) fn check(settings: &Settings) -> Result<()> {
    Levels::parse(&settings.logs.level)?;
    known("metrics.url", &settings.metrics.url, "prometheus")?;
    known("logs.url", &settings.logs.url, "stdout")?;
    Target::open(&settings.traces.url).map(drop)
}

impl Shared {
    /// Opens what `settings` name. `root` is the component of the pipeline's own log lines.
    pub(crate) fn open(
        env: Env,
        settings: &Settings,
        capture: Option<Capture>,
        root: ComponentId,
    ) -> Result<Self> {
        let levels = Levels::parse(&settings.logs.level)?;
        known("metrics.url", &settings.metrics.url, "prometheus")?;
        known("logs.url", &settings.logs.url, "stdout")?;
        let target = Target::open(&settings.traces.url)?;
        let look = match capture {
            Some(_) => Look::Json,
            None => Look::of(settings.logs.format),
        };
        let sink = match &capture {
            Some(capture) => Sink::captured(capture.clone()),
            None => Sink::start(look != Look::Json, io::stdout())?,
        };
        Ok(Self {
            sampler: Sampler::new(settings.traces.ratio),
            spans: open_spans(target, &settings.traces, &env, root)?,
            events: Events::default(),
            sink,
            look,
            levels: ArcSwap::from_pointee(levels),
            capture,
            env,
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
        let sink = Arc::clone(&self.sink);
        let (name, help) = (
            "chassis.telemetry.log_lines.dropped",
            "Log lines that were lost because standard output was not read fast enough",
        );
        metrics.total(name, help, move || sink.dropped.get());
    }

    /// Whether spans go anywhere.
    #[inline]
    pub(crate) fn records(&self) -> bool {
        self.spans.is_some() || self.capture.is_some()
    }

    /// Whether a test looks at it.
    pub(crate) fn is_captured(&self) -> bool {
        self.capture.is_some()
    }

    pub(crate) fn levels(&self) -> impl std::ops::Deref<Target = Arc<Levels>> {
        self.levels.load()
    }

    pub(crate) fn set_levels(&self, levels: Levels) {
        self.levels.store(Arc::new(levels));
        logs::rebuild();
    }

    /// Takes a finished span of a component.
    pub(crate) fn record(&self, resource: &Arc<Resource>, mut span: SpanRecord) {
        span.events.extend(self.events.take(span.trace.span_id));
        if let Some(capture) = &self.capture {
            capture.span(resource, span.clone());
        }
        if let Some(queue) = &self.spans {
            queue.push(resource, span);
        }
    }

    /// Sends and writes what is waiting, for at most `limit`.
    pub(crate) async fn shutdown(&self, limit: Duration) {
        if let Some(queue) = &self.spans {
            queue.close(limit);
            queue.closed().await;
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        self.sink.when_written(move || {
            let _ = tell.send(());
        });
        tokio::select! {
            _ = told => {}
            () = self.env.sleep(limit) => {}
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(queue) = &self.spans {
            queue.close(Duration::from_secs(1));
        }
        self.sink.close();
    }
}

fn open_spans(
    target: Target,
    settings: &TracesSettings,
    env: &Env,
    root: ComponentId,
) -> Result<Option<Arc<SpanQueue>>> {
    let Target::Otlp(url) = target else {
        return Ok(None);
    };
    let queue = Arc::new(SpanQueue::new(settings.queue, settings.batch));
    let exporter = Exporter {
        queue: Arc::clone(&queue),
        url,
        headers: headers::read(settings.headers.as_ref())?,
        env: env.clone(),
        context: Context::default().with_component(root),
    };
    exporter.start()?;
    Ok(Some(queue))
}

/// Refuses what this build cannot open.
pub(super) fn known(key: &str, url: &Url, only: &'static str) -> Result<()> {
    if *url == Url::bare(only) {
        return Ok(());
    }
    let scheme = url.scheme();
    let why = match scheme == only {
        true => format!("nothing may follow {scheme:?}"),
        false => format!("{scheme:?} is not in this build"),
    };
    Err(Error::configuration(format!(
        "{key} cannot be opened: {why}; this build knows `{only}:`"
    )))
}
