//! [`Kept`]: a connection of HTTP/1.1, which carries one call at a time.

use std::future::Future;

use http::Response;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use super::{Body, Io, SendBody, SendError, Wire, WireError};

/// The sending end of a connection. Dropped, it closes it.
pub(in crate::http::client) struct Kept(SendRequest<SendBody>);

/// Headers of an answer that are taken, in bytes. In number they are a hundred, as hyper has it: any
/// number that is said costs two allocations an answer.
const MAX_HEADER_BYTES: usize = 64 << 10;

impl Kept {
    /// Begins to speak HTTP/1.1 over `io`.
    pub(in crate::http::client) async fn open(io: Io) -> hyper::Result<Self> {
        let (sender, connection) = http1::Builder::new()
            .max_header_size(MAX_HEADER_BYTES)
            .handshake(TokioIo::new(io))
            .await?;
        drive(connection);
        Ok(Self(sender))
    }

    /// Whether a call can be sent at once.
    pub(in crate::http::client) fn is_ready(&self) -> bool {
        self.0.is_ready()
    }

    /// Done when a call can be sent, or never can be again.
    pub(in crate::http::client) async fn ready(&mut self) -> hyper::Result<()> {
        self.0.ready().await
    }

    pub(in crate::http::client) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    pub(in crate::http::client) fn send(
        &mut self,
        request: Wire,
    ) -> impl Future<Output = Result<Response<Body>, SendError>> {
        let sent = self.0.try_send_request(request);
        async move {
            match sent.await {
                Ok(response) => Ok(response.map(Body::Http1)),
                Err(mut error) => Err(match error.take_message() {
                    Some(request) => {
                        let error = WireError::Http1(error.into_error());
                        SendError::Unsent(error, Box::new(request))
                    }
                    None => SendError::Broken(WireError::Http1(error.into_error())),
                }),
            }
        }
    }
}

/// Lets a task of its own read and write the connection until it is closed. Errors reach the call
/// that is under way; an idle connection has nobody to tell.
#[expect(
    clippy::disallowed_methods,
    reason = "a connection outlives the call that opened it, so it must not carry its context"
)]
fn drive(connection: http1::Connection<TokioIo<Io>, SendBody>) {
    drop(tokio::spawn(async move {
        let _closed = connection.await;
    }));
}
