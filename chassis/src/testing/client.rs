//! A client over the edge, without a socket.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::context::Env;
use crate::contract::{Chunks, Outgoing, Received, StreamFuture, Transport, TransportFuture};
use crate::http::{Body, Edge};
use crate::{CallError, Context};

/// Carries calls to an edge in this process: the same path as from the wire.
pub(super) struct InProcess {
    pub(super) edge: Edge,
    pub(super) env: Env,
}

impl InProcess {
    fn request(&self, call: Outgoing) -> Result<Request<Bytes>, CallError> {
        let mut request = Request::new(call.body.clone());
        *request.method_mut() = call.info().verb.clone();
        *request.uri_mut() = call
            .target
            .parse()
            .map_err(|error: http::uri::InvalidUri| CallError::Request {
                service: call.contract.name.to_owned(),
                reason: error.to_string(),
            })?;
        let (context, info) = (Context::current(), call.info());
        *request.headers_mut() = call.headers;
        context.inject(request.headers_mut(), self.env.now());
        if info.idempotent {
            let call = (call.contract.name, call.method);
            context.inject_key(request.headers_mut(), call, &self.env);
        }
        Ok(request)
    }
}

impl Transport for InProcess {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        Box::pin(async move {
            let service = call.contract.name;
            let answer = self.edge.call(self.request(call)?).await;
            answer.map_err(|error| interrupted(service, error))
        })
    }

    fn stream(&self, call: Outgoing) -> StreamFuture<'_> {
        Box::pin(async move {
            let service = call.contract.name;
            let answer = self.edge.answer(self.request(call)?).await;
            let (head, body) = answer.into_parts();
            let body = if head.status.is_success() {
                Received::Chunks(Box::pin(Coming { service, body }))
            } else {
                let whole = body.collect().await;
                Received::Whole(
                    whole
                        .map_err(|error| interrupted(service, error))?
                        .to_bytes(),
                )
            };
            Ok(Response::from_parts(head, body))
        })
    }
}

/// The body of an answer that streams.
struct Coming {
    service: &'static str,
    body: Body,
}

impl Chunks for Coming {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| {
            let frame = frame.map_err(|error| interrupted(self.service, error))?;
            Ok(frame.into_data().unwrap_or_default())
        }))
    }
}

fn interrupted(service: &str, error: axum::Error) -> CallError {
    CallError::Interrupted {
        service: service.to_owned(),
        source: Box::new(error),
    }
}
