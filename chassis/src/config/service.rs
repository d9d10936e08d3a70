//! `service.…`: what a service says of itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a service says of itself in its telemetry: section `[service]`, which
/// `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` also set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceSettings {
    /// `service.name`, in place of the name in the code.
    pub name: Option<String>,
    /// More attributes of its resource, such as `deployment.environment.name`.
    pub attributes: BTreeMap<String, String>,
}
