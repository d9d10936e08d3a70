//! `health.…`: how often checks run, and how long they may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;

/// How often checks run, how long they may take, and when the process counts as dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthSettings {
    /// Time between two runs of a check. Probes read the last answer and wait for none.
    pub period: HumanDuration,
    /// How long one run may take; longer counts as failed. Less than `health.period`.
    pub timeout: HumanDuration,
    /// For how long the serving runtime may stand still before `/livez` answers 503 and the process is
    /// started anew: longer than any pause that a healthy one has.
    pub heartbeat: HumanDuration,
}

impl Default for HealthSettings {
    fn default() -> Self {
        Self {
            period: HumanDuration::from_secs(5),
            timeout: HumanDuration::from_secs(2),
            heartbeat: HumanDuration::from_secs(10),
        }
    }
}
