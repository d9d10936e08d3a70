//! What lies between the pool and the socket: one surface for HTTP/1.1 and HTTP/2.
//!
//! [`Io`] is the stream of bytes, plain or encrypted; [`Kept`] a connection of HTTP/1.1, which
//! carries one call at a time; [`Multiplexed`] one of HTTP/2, which carries many, each in a
//! [`Slot`]. Requests go out with a [`SendBody`], answers come back with a [`Body`].
//!
//! HTTP/2 is spoken by the crate `h2` itself, which hyper would only wrap: so a call is polled by its
//! caller and needs no task of its own, and what was never processed (GOAWAY, REFUSED_STREAM) can be
//! told from what was.

mod body;
mod http1;
mod http2;
mod io;
mod keep_alive;

use http::Request;

pub(super) use body::{Body, SendBody, WireError};
pub(super) use http1::Kept;
pub(super) use http2::{KeepAlive, Multiplexed, Opening, Slot};
pub(super) use io::Io;

/// A request that can be sent to any endpoint: its URI has no more than path and query.
pub(super) type Wire = Request<SendBody>;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum SendError {
    /// The callee has not processed the request, and here it is again: it may be sent elsewhere,
    /// whatever its method.
    Unsent(WireError, Box<Wire>),
    /// The callee may have seen it.
    Broken(WireError),
}
