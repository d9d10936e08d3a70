//! What lies between the pool and the socket: one surface for HTTP/1.1 and HTTP/2.
//!
//! [`Io`] is the stream of bytes, plain or encrypted; [`Kept`] a connection of HTTP/1.1, which
//! carries one call at a time; [`Multiplexed`] one of HTTP/2, which carries many, each in a
//! [`Slot`]. A request ([`Wire`]) goes out with its endpoint's name and the caller's context
//! ([`Addressed`]); the body of the answer is read from the [`Kept`] or the [`Slot`] itself.
//!
//! Both are polled by the call, without a task or a channel between it and its answer. HTTP/2 is
//! spoken by the crate `h2`, without hyper's wrapper, so that what was never processed (GOAWAY,
//! REFUSED_STREAM) can be told from what was.

mod addressed;
mod body;
mod http1;
mod http2;
mod io;
mod request;

pub(super) use addressed::Addressed;
pub(super) use body::{SendBody, WireError};
pub(super) use http1::Kept;
pub(super) use http2::{KeepAlive, Multiplexed, Opening, Slot};
pub(super) use io::Io;
pub(super) use request::{Content, Wire};

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum SendError {
    /// The callee has not processed the request: it may be sent elsewhere, whatever its method.
    Unsent(WireError),
    /// The callee may have seen it.
    Broken(WireError),
}

impl SendError {
    /// There is no body any more.
    fn gone() -> Self {
        Self::Broken(WireError::Gone)
    }
}
