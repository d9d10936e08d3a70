//! A client over the edge, without a socket.

use http::Request;

use crate::context::Env;
use crate::contract::{Outgoing, Transport, TransportFuture};
use crate::http::Edge;
use crate::{CallError, Context};

/// Carries calls to an edge in this process: the same path as from the wire.
pub(super) struct InProcess {
    pub(super) edge: Edge,
    pub(super) env: Env,
}

impl Transport for InProcess {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        Box::pin(async move {
            let service = call.contract.name;
            let mut request = Request::new(call.body.clone());
            *request.method_mut() = call.info().verb.clone();
            *request.uri_mut() = call
                .target
                .parse()
                .map_err(|error: http::uri::InvalidUri| CallError::Request {
                    service: service.to_owned(),
                    reason: error.to_string(),
                })?;
            *request.headers_mut() = call.headers;
            Context::current().inject(request.headers_mut(), self.env.now());
            self.edge
                .call(request)
                .await
                .map_err(|error| CallError::Interrupted {
                    service: service.to_owned(),
                    source: Box::new(error),
                })
        })
    }
}
