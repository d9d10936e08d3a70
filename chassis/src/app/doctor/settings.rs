//! `doctor.…`: what `--doctor` compares with, and how strict it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::HumanDuration;

/// What `--doctor` compares with, and how strict it is. A service that runs reads none of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DoctorSettings {
    /// Time that the platform leaves between SIGTERM and SIGKILL: Kubernetes'
    /// `terminationGracePeriodSeconds`.
    pub grace_period: HumanDuration,
    /// Time that composing, and each check, may take. Checks run at the same time.
    pub timeout: HumanDuration,
    /// From what on the exit code is not 0: `warning`, or only an `error`.
    pub fail_on: FailOn,
}

/// What makes the exit code of `--doctor` another than 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Warnings (1) and errors.
    #[default]
    Warning,
    /// Errors only.
    Error,
}

impl Default for DoctorSettings {
    fn default() -> Self {
        Self {
            grace_period: HumanDuration::from_secs(30),
            timeout: HumanDuration::from_secs(5),
            fail_on: FailOn::Warning,
        }
    }
}
