//! The port that a reader has chosen.

use serde::Serialize;

use super::{Inbound, Outbound};

/// The port that was asked for by its id.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Chosen {
    /// As it was asked for.
    pub(crate) id: String,
    /// Whose port it is; empty where there is no such port.
    pub(crate) component: String,
    /// What is known of it; `None` where there is no such port.
    pub(crate) port: Option<ChosenPort>,
}

/// A port of either side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "side", rename_all = "kebab-case")]
pub(crate) enum ChosenPort {
    /// On the left.
    Inbound(Box<Inbound>),
    /// On the right.
    Outbound(Box<Outbound>),
}
