//! [`Telemetry`]: the handle of one component.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::capture::Capture;
use super::component::{self, Component};
use super::logs::{self, AccessLog, Levels};
use super::metrics::Metrics;
use super::resource::Resource;
use super::settings::{LogsSettings, Settings, TracesSettings};
use super::shared::Shared;
use super::traces::SpanRecord;
use crate::Result;
use crate::context::{ComponentId, Env, SpanId, TraceContext, TraceId};

/// Metrics, spans and logs of one component; all components of a process share one pipeline. A
/// cheap clone.
#[derive(Clone)]
pub struct Telemetry(Arc<Component>);

impl Telemetry {
    /// A pipeline, and the handle of the service that `resource` names.
    ///
    /// # Errors
    ///
    /// When a URL in `settings` has a scheme that this build does not know, or `logs.level` is
    /// malformed.
    pub fn new(env: Env, settings: &Settings, resource: Resource) -> Result<Self> {
        logs::install();
        Self::open(env, settings, resource, None)
    }

    /// A pipeline that also keeps everything for a test to look at.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn captured(env: Env, settings: &Settings, resource: Resource) -> Result<(Self, Capture)> {
        logs::install();
        let capture = Capture::default();
        let telemetry = Self::open(env, settings, resource, Some(capture.clone()))?;
        Ok((telemetry, capture))
    }

    /// Metrics and spans for a program whose logs are its own: `name` is its `service.name`.
    /// No subscriber is installed and nothing is printed.
    ///
    /// ```
    /// use chassis::telemetry::{Telemetry, TracesSettings};
    ///
    /// let telemetry = Telemetry::hosted("shelf", &TracesSettings::default())?;
    /// assert!(telemetry.metrics().scrape(None).1.contains("target_info"));
    /// # Ok::<(), chassis::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `traces.url` has a scheme that this build does not know.
    pub fn hosted(name: impl Into<String>, traces: &TracesSettings) -> Result<Self> {
        let env = Env::system();
        let settings = Settings {
            traces: traces.clone(),
            logs: LogsSettings {
                level: "off".to_owned(),
                access: false,
                ..LogsSettings::default()
            },
            ..Settings::default()
        };
        let resource = Resource::new(name, &env);
        Self::open(env, &settings, resource, None)
    }

    fn open(
        env: Env,
        settings: &Settings,
        resource: Resource,
        capture: Option<Capture>,
    ) -> Result<Self> {
        #[cfg(feature = "opentelemetry")]
        super::opentelemetry::install();
        let id = component::next_id();
        let metrics = Metrics::new();
        metrics.target(&resource);
        metrics.watch_process(env.clone());
        let shared = Shared::open(env, settings, capture, id)?;
        shared.measure(&metrics);
        let sink = settings.logs.access.then(|| Arc::clone(&shared.sink));
        let root = Component {
            id,
            metrics,
            access: AccessLog::new(sink, shared.look, resource.name()),
            resource: Arc::new(resource),
            shared: Arc::new(shared),
        };
        let telemetry = Self::enter(root, true);
        logs::rebuild();
        Ok(telemetry)
    }

    /// The handle of one of several components: its spans, series and lines bear its own
    /// `service.name`.
    #[must_use]
    pub fn component(&self, name: &str) -> Self {
        let component = Component {
            id: component::next_id(),
            resource: Arc::new(self.0.resource.renamed(name)),
            metrics: self.0.metrics.component(name),
            access: self.0.access.component(name),
            shared: Arc::clone(&self.0.shared),
        };
        Self::enter(component, false)
    }

    fn enter(component: Component, is_root: bool) -> Self {
        let component = Arc::new(component);
        logs::enter(&component, is_root);
        Self(component)
    }

    /// What contexts of this component's calls must say, so that log lines and the user's spans
    /// find their way: [`Context::with_component`](crate::Context::with_component).
    #[inline]
    pub fn id(&self) -> ComponentId {
        self.0.id
    }

    /// What this component says of itself.
    pub fn resource(&self) -> &Resource {
        &self.0.resource
    }

    /// Its metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Its access log.
    pub fn access_log(&self) -> &AccessLog {
        &self.0.access
    }

    /// The clock and randomness that it was made with.
    pub fn env(&self) -> &Env {
        &self.0.shared.env
    }

    /// Whether the trace is to be recorded: as the caller decided, else by the configured share of
    /// all trace ids. A compare, nothing more.
    #[inline]
    pub fn sample(&self, parent: Option<&TraceContext>, id: TraceId) -> bool {
        self.0.shared.sampler.sample(parent, id)
    }

    /// Whether spans go anywhere. Where not, sampled traces are passed on but none of their spans
    /// need be made.
    #[inline]
    pub fn records(&self) -> bool {
        self.0.shared.records()
    }

    /// The place of a new span within `parent`, where the trace is sampled and spans go anywhere.
    pub fn child(&self, parent: &TraceContext) -> Option<TraceContext> {
        if !parent.is_sampled() || !self.records() {
            return None;
        }
        let id = self.env().random().max(1);
        Some(TraceContext {
            span_id: SpanId(id.to_be_bytes()),
            ..parent.clone()
        })
    }

    /// Takes a finished span of a sampled trace. Never blocks: a span that finds no room is
    /// dropped and counted.
    pub fn record(&self, span: SpanRecord) {
        self.0.shared.record(&self.0.resource, span);
    }

    /// What is logged: `logs.level`, or what it was changed to.
    pub fn log_level(&self) -> String {
        self.0.shared.levels().text().to_owned()
    }

    /// Changes what is logged, for all components of the process and from now on.
    ///
    /// # Errors
    ///
    /// When `level` is neither a level nor levels by module; then nothing changes.
    pub fn set_log_level(&self, level: &str) -> Result<()> {
        self.0.shared.set_levels(Levels::parse(level)?);
        Ok(())
    }

    /// Waits until all log lines so far are written, for at most `limit`, and gives whether they
    /// are. It blocks the thread: for the last moment of a process, when no runtime is left.
    pub fn flush_logs(&self, limit: Duration) -> bool {
        self.0.shared.sink.flush(limit)
    }

    /// Sends what is waiting, for at most `limit`, and ends the pipeline.
    pub async fn shutdown(&self, limit: Duration) {
        self.0.shared.shutdown(limit).await;
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("service", &self.0.resource.name())
            .finish_non_exhaustive()
    }
}
