//! The keys `traces.*`, `metrics.*` and `logs.*` of the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::logs::Levels;
use super::shared;
use super::traces::{Target, headers};
use crate::config::{Finding, Secret, Url};

/// All that telemetry is configured by. Each part is a section of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Section `[traces]`.
    pub traces: TracesSettings,
    /// Section `[metrics]`.
    pub metrics: MetricsSettings,
    /// Section `[logs]`.
    pub logs: LogsSettings,
}

impl Settings {
    /// Everything that cannot be opened; nothing is.
    pub(crate) fn faults(&self) -> Vec<Finding> {
        let known = shared::known;
        let opened = [
            ("traces.url", Target::open(&self.traces.url).map(drop)),
            (
                "traces.headers",
                headers::read(self.traces.headers.as_ref()).map(drop),
            ),
            (
                "metrics.url",
                known("metrics.url", &self.metrics.url, "prometheus"),
            ),
            ("logs.url", known("logs.url", &self.logs.url, "stdout")),
            ("logs.level", Levels::parse(&self.logs.level).map(drop)),
        ];
        let faults = opened.into_iter();
        faults
            .filter_map(|(key, opened)| Some(Finding::of(key, &opened.err()?)))
            .collect()
    }

    /// The defaults of profile `dev`: every trace is sampled; the rest as in prod.
    pub fn dev() -> Self {
        Self {
            traces: TracesSettings {
                ratio: 1.0,
                ..TracesSettings::default()
            },
            ..Self::default()
        }
    }
}

/// Which calls are traced, and where the spans go.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TracesSettings {
    /// Where spans are sent: `none:` (the trace context still propagates) or
    /// `otlp+http://collector:4318`. A collector that is away is tried again with growing pauses and
    /// never slows a call.
    pub url: Url,
    /// Headers for the collector, such as `api-key=…,tenant=blue`: a secret, so say `file:PATH`.
    /// `OTEL_EXPORTER_OTLP_HEADERS` sets the same; values are percent-encoded there and here.
    #[serde(skip_serializing)]
    pub headers: Option<Secret<String>>,
    /// The share of traces that begin here and are recorded, from 0 to 1. A call whose caller has
    /// decided already follows the caller. One in a hundred shows every route of a busy service at
    /// little cost; in profile `dev` it is every one.
    pub ratio: f64,
    /// How many spans may wait for the collector; more are dropped and counted in
    /// `chassis.telemetry.spans.dropped`, so that a collector that is away costs no more memory.
    pub queue: usize,
    /// How many spans are sent at once, the SDKs' usual 512; fewer go after a second.
    pub batch: usize,
}

impl Default for TracesSettings {
    fn default() -> Self {
        Self {
            url: Url::bare("none"),
            headers: None,
            ratio: 0.01,
            queue: 4_096,
            batch: 512,
        }
    }
}

/// How metrics are given out.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// `prometheus:`, `/metrics` on the probe listener, to be scraped. There is no other yet.
    pub url: Url,
}

impl Default for MetricsSettings {
    fn default() -> Self {
        Self {
            url: Url::bare("prometheus"),
        }
    }
}

/// What is logged, how it looks and where it goes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogsSettings {
    /// Where lines go: `stdout:`. There is no other yet.
    pub url: Url,
    /// The look of a line. `auto`: text on a terminal, else JSON.
    pub format: LogFormat,
    /// What is logged: a level, or levels by module, as in `info,sqlx=warn,shop::orders=debug`. It can
    /// be changed while the service runs, by `PUT /admin/log-level`. `RUST_LOG` sets the same.
    pub level: String,
    /// Whether each request that was answered gives one line. It costs about an eighth of what a
    /// small request costs; the metrics count every request either way.
    pub access: bool,
}

impl Default for LogsSettings {
    fn default() -> Self {
        Self {
            url: Url::bare("stdout"),
            format: LogFormat::Auto,
            level: "info".to_owned(),
            access: true,
        }
    }
}

/// The look of a log line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}
