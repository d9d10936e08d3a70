//! [`Lease`]: what one call needs to be sent.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::response::Parts;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::SemaphorePermit;

use super::Endpoint;
use super::idle::Connection;
use crate::http::client::wire::{Addressed, SendError, Slot, Wire, WireError};

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

    /// Sends a request, and gives the answer as soon as its head is there; its body is read from
    /// here.
    pub(in crate::http::client) async fn send(
        &mut self,
        request: &Wire,
        addressed: &Addressed<'_>,
    ) -> Result<Parts, SendError> {
        match &mut self.link {
            Link::Own(connection, _) => connection.kept.send(request, addressed).await,
            Link::Shared(slot) => {
                let sent = slot.send(request, addressed).await;
                if let Err(SendError::Unsent(WireError::Http2(error))) = &sent
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
            Link::Own(connection, claim) => claim.0.put_idle(connection, now),
            Link::Shared(slot) => slot.give_back(now),
        }
    }
}

/// The body of the answer.
impl Body for Lease {
    type Data = Bytes;
    type Error = WireError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WireError>>> {
        match &mut self.get_mut().link {
            Link::Own(connection, _) => Pin::new(&mut *connection.kept).poll_frame(cx),
            Link::Shared(slot) => Pin::new(slot).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.link {
            Link::Own(connection, _) => connection.kept.is_end_stream(),
            Link::Shared(slot) => slot.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.link {
            Link::Own(connection, _) => connection.kept.size_hint(),
            Link::Shared(slot) => slot.size_hint(),
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
