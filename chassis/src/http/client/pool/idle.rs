//! [`Idle`]: the connections of HTTP/1.1 that no call uses.

use std::time::{Duration, Instant};

use crate::http::client::wire::Kept;

/// The one used last stands last and is taken first: the others grow old and are closed.
#[derive(Default)]
pub(super) struct Idle {
    connections: Vec<Connection>,
    /// The instance is gone: nothing comes back into the list.
    is_retired: bool,
}

pub(super) struct Connection {
    pub(super) kept: Box<Kept>,
    pub(super) born: Instant,
    /// How long it may live.
    pub(super) age: Duration,
    pub(super) idle_since: Instant,
}

impl Connection {
    fn is_over(&mut self, idle_timeout: Duration, now: Instant) -> bool {
        !self.kept.is_quiet()
            || now.saturating_duration_since(self.idle_since) >= idle_timeout
            || now.saturating_duration_since(self.born) >= self.age
    }
}

impl Idle {
    pub(super) fn take(&mut self, idle_timeout: Duration, now: Instant) -> Option<Connection> {
        while let Some(mut connection) = self.connections.pop() {
            if !connection.is_over(idle_timeout, now) {
                return Some(connection);
            }
        }
        None
    }

    pub(super) fn put(&mut self, connection: Connection) {
        if !self.is_retired {
            self.connections.push(connection);
        }
    }

    /// Closes those whose time is over.
    pub(super) fn prune(&mut self, idle_timeout: Duration, now: Instant) {
        self.connections
            .retain_mut(|connection| !connection.is_over(idle_timeout, now));
    }

    pub(super) fn retire(&mut self) {
        self.is_retired = true;
        self.connections.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }
}
