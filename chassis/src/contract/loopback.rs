//! [`Loopback`]: the wire format without a wire.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, LOCATION};

use super::{Answer, Captures, Contract, Outgoing, Reply, Request, Transport, TransportFuture};
use crate::port::Crossing;

/// A transport to an implementation in the same process that encodes and decodes every call: what
/// `local:?encode=json` opens, and what tests of a contract use.
pub struct Loopback<C: ?Sized> {
    service: Arc<C>,
    crossing: Option<Crossing>,
}

impl<C: Contract + ?Sized> Loopback<C> {
    /// A loop to `service`, with nothing around its calls.
    pub fn new(service: Arc<C>) -> Self {
        Self {
            service,
            crossing: None,
        }
    }

    /// Makes each call a crossing: span, metrics, deadline, no panic across.
    #[must_use]
    pub fn with_crossing(mut self, crossing: Crossing) -> Self {
        self.crossing = Some(crossing);
        self
    }

    fn answer(&self, call: &Outgoing) -> Answer {
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let request = Request {
            captures: captures(call.info().path, path),
            query,
            headers: &call.headers,
            body: call.body.clone(),
        };
        C::call(&self.service, call.method, &request)
    }
}

impl<C: Contract + ?Sized> Transport for Loopback<C> {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        Box::pin(async move {
            let method = call.method;
            let work = async {
                let answer = self.answer(&call);
                Ok(response(match answer {
                    Answer::Now(reply) => reply,
                    Answer::Later(reply) => reply.await,
                }))
            };
            match &self.crossing {
                Some(crossing) => crossing.call(method, work).await,
                None => work.await,
            }
        })
    }
}

impl<C: ?Sized> std::fmt::Debug for Loopback<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loopback").finish_non_exhaustive()
    }
}

/// What `template`'s placeholders match in `path`, which was made from it.
fn captures<'p>(template: &str, path: &'p str) -> Captures<'p> {
    let mut captures = Captures::default();
    for (segment, value) in template.split('/').zip(path.split('/')) {
        if segment.starts_with('{') {
            captures.push(value);
        }
    }
    captures
}

fn response(reply: Reply) -> Response<Bytes> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.extend(reply.content_type.map(|value| (CONTENT_TYPE, value)));
    headers.extend(reply.location.map(|value| (LOCATION, value)));
    response
}
