//! [`Catalogue`]: what stays as it is for the life of the process: the components, their ports and
//! routes, and which numbers belong to each.

use std::sync::Arc;

use super::inbound::Inward;
use super::outbound::Outer;
use crate::admin::Board;
use crate::app::component::{Component, Composed};
use crate::http::WeakEdge;

/// What the service is made of.
#[derive(Default)]
pub(super) struct Catalogue {
    pub(super) components: Vec<Part>,
    pub(super) board: Board,
}

/// One component.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) inbound: Vec<Inward>,
    pub(super) outbound: Vec<Outer>,
}

impl Catalogue {
    pub(super) fn new(
        components: &[(String, crate::telemetry::Telemetry)],
        composed: &Composed,
        edge: &WeakEdge,
    ) -> Self {
        let mut board = Board::default();
        let edge = edge.upgrade();
        let part = |(index, (name, telemetry)): (usize, &(String, _))| Part {
            inbound: edge.as_ref().map_or_else(Vec::new, |edge| {
                Inward::of(edge, (index, name), telemetry, &mut board)
            }),
            outbound: Outer::of(composed, name, &mut board),
            name: name.clone(),
        };
        let components = components.iter().enumerate().map(part).collect();
        Self { components, board }
    }
}

/// The names and the telemetry of `components`: what may be kept of them.
pub(super) fn names(components: &[Arc<Component>]) -> Vec<(String, crate::telemetry::Telemetry)> {
    let name = |component: &Arc<Component>| (component.name.clone(), component.telemetry.clone());
    components.iter().map(name).collect()
}
