//! `service.…`: what a service says of itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a service says of itself in its telemetry. `OTEL_SERVICE_NAME` and
/// `OTEL_RESOURCE_ATTRIBUTES` set the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceSettings {
    /// `service.name`, in place of the name in the code. Composed services keep their own names.
    pub name: Option<String>,
    /// More attributes of its resource, such as `deployment.environment.name`. They stand at every
    /// span that is exported and in `target_info` of the metrics.
    pub attributes: BTreeMap<String, String>,
}
