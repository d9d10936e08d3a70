//! [`Lease`]: what one call needs to be sent.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Instant;

use http::Response;
use tokio::sync::SemaphorePermit;

use super::Endpoint;
use super::idle::Connection;
use crate::http::client::wire::{Body, SendError, Slot, Wire, WireError};

/// A connection, or a slot on one, that a call has for itself. Dropped, its connection is closed or
/// its stream reset; see [`give_back`](Self::give_back).
pub(in crate::http::client) struct Lease {
    link: Link,
    /// Whether the connection was there before: the callee may have closed it meanwhile, so what it
    /// did not take may be sent again to the same endpoint.
    pub(in crate::http::client) reused: bool,
}

enum Link {
    Own(Connection, Claim),
    Shared(Slot),
}

/// Why there is no connection. Nothing was sent.
#[derive(Debug)]
pub(in crate::http::client) enum LeaseError {
    /// Too many calls wait already.
    Crowded,
    /// The call's time was over before there was one.
    Late,
    /// None could be opened.
    Dial(Box<dyn StdError + Send + Sync>),
}

impl Lease {
    pub(super) fn own(connection: Connection, claim: Claim, reused: bool) -> Self {
        Self {
            link: Link::Own(connection, claim),
            reused,
        }
    }

    pub(super) fn shared(slot: Slot, reused: bool) -> Self {
        Self {
            link: Link::Shared(slot),
            reused,
        }
    }

    /// Sends a request, and gives the answer as soon as its head is there.
    pub(in crate::http::client) async fn send(
        &mut self,
        request: Wire,
    ) -> Result<Response<Body>, SendError> {
        match &mut self.link {
            Link::Own(connection, _) => connection.kept.send(request).await,
            Link::Shared(slot) => {
                let sent = slot.send(request).await;
                if let Err(SendError::Unsent(WireError::Http2(error), _)) = &sent
                    && error.is_reset()
                {
                    // Refused by a connection that lives: the endpoint has enough to do.
                    self.reused = false;
                }
                sent
            }
        }
    }

    /// Puts the connection back: its call is over and the whole answer has been read.
    pub(in crate::http::client) fn give_back(self, now: Instant) {
        match self.link {
            Link::Own(mut connection, claim) => {
                connection.idle_since = now;
                claim.0.idle().put(connection);
            }
            Link::Shared(slot) => slot.give_back(now),
        }
    }
}

/// One of the connections that may be open; released after the connection is back in the list.
pub(super) struct Claim(Arc<Endpoint>);

impl Claim {
    /// By hand: a permit that outlives its caller cannot borrow.
    pub(super) fn new(endpoint: &Arc<Endpoint>, permit: SemaphorePermit<'_>) -> Self {
        permit.forget();
        Self(Arc::clone(endpoint))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.claims.add_permits(1);
    }
}
