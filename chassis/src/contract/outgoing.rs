//! The client side's view of one call, and what carries it.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, Response};

use super::{ContractInfo, MethodInfo, Received};
use crate::CallError;

/// One call, encoded: what a [`Transport`] sends.
#[derive(Debug)]
pub struct Outgoing {
    /// Whose contract.
    pub contract: &'static ContractInfo,
    /// Index into [`ContractInfo::methods`].
    pub method: usize,
    /// Path and query, encoded.
    pub target: String,
    /// Headers that the contract sets; a transport adds its own and reuses the map.
    pub headers: HeaderMap,
    /// The body; empty when the method takes none.
    pub body: Bytes,
}

impl Outgoing {
    /// The method as data.
    pub fn info(&self) -> &'static MethodInfo {
        &self.contract.methods[self.method]
    }
}

/// The future of [`Transport::call`].
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, CallError>> + Send + 'a>>;

/// The future of [`Transport::stream`].
pub type StreamFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Received>, CallError>> + Send + 'a>>;

/// What carries the calls of a client to a service: HTTP, or the wire format within one process.
///
/// It does everything that a crossing out does: span, metrics, deadline, context, policies.
pub trait Transport: Send + Sync + 'static {
    /// Sends one call and gives the whole answer, whatever its status.
    fn call(&self, call: Outgoing) -> TransportFuture<'_>;

    /// Sends one call of a method that streams, and gives the answer as soon as its head is there:
    /// success as it comes, all other answers whole.
    ///
    /// As it stands it gives every answer whole: enough for a stream that is known to end.
    fn stream(&self, call: Outgoing) -> StreamFuture<'_> {
        Box::pin(async move { Ok(self.call(call).await?.map(Received::Whole)) })
    }
}
