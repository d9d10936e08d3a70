//! How the policies of an outbound port stand.

use serde::Serialize;

/// The policies of an outbound port, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Policies {
    /// What stands how: name and value, as people read it.
    pub(crate) standing: Vec<(String, String)>,
    /// Whether there is a breaker, which a person may force.
    pub(crate) has_breaker: bool,
    /// What happened last, the newest first.
    pub(crate) events: Vec<PolicyEvent>,
}

/// Something that a policy did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyEvent {
    /// When, in milliseconds since 1970.
    pub(crate) at_unix_ms: u64,
    /// What.
    pub(crate) what: String,
}
