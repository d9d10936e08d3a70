//! What the components of a process share: one pipeline.

use super::settings::Settings;
use super::traces::{Sampler, SpanRecord};
use crate::context::Env;

/// The pipeline.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) env: Env,
    pub(crate) sampler: Sampler,
}

impl Shared {
    pub(crate) fn new(env: Env, settings: &Settings) -> Self {
        Self {
            sampler: Sampler::new(settings.traces.ratio),
            env,
        }
    }

    /// Whether spans go anywhere.
    pub(crate) fn records(&self) -> bool {
        false
    }

    /// Takes a finished span of a component.
    #[expect(clippy::unused_self, reason = "no exporter yet")]
    pub(crate) fn record(&self, span: SpanRecord) {
        drop(span);
    }
}
