//! [`Shared`]: the connections of HTTP/2, which calls share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::client::wire::{Multiplexed, Slot};

/// The first one with room is taken, so that those which only a burst needed grow idle and are
/// closed.
#[derive(Default)]
pub(super) struct Shared {
    connections: Vec<Arc<Multiplexed>>,
    is_retired: bool,
}

/// What there is for a call.
pub(super) enum Place {
    /// A slot; and whether its connection is so old that another should be opened.
    Found(Slot, bool),
    /// There is no connection.
    None,
    /// Every connection carries as many calls as its callee takes, and whether there are as many
    /// as may be.
    Full { is_most: bool },
}

impl Shared {
    pub(super) fn place(&mut self, most: usize, now: Instant) -> Place {
        self.connections.retain(|connection| !connection.is_over());
        for connection in &self.connections {
            if let Some(slot) = connection.slot() {
                return Place::Found(slot, connection.is_old(now));
            }
        }
        match self.connections.len() {
            0 => Place::None,
            open => Place::Full {
                is_most: open >= most,
            },
        }
    }

    /// Takes a new connection. It stands in for those that are old: they end with their calls.
    pub(super) fn put(&mut self, connection: Arc<Multiplexed>, now: Instant) {
        if !self.is_retired {
            self.connections.retain(|old| !old.is_old(now));
            self.connections.push(connection);
        }
    }

    pub(super) fn prune(&mut self, idle_timeout: Duration, now: Instant) {
        self.connections
            .retain(|one| !one.is_over() && !one.is_idle(idle_timeout, now));
    }

    pub(super) fn retire(&mut self) {
        self.is_retired = true;
        self.connections.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }
}
