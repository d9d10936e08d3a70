//! [`Loopback`]: the wire format without a wire.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_TYPE, LOCATION};

use super::{
    Answer, Body, Captures, Chunks, Contract, FrameKind, Frames, Outgoing, Received, Reply,
    Request, StreamFuture, Transport, TransportFuture,
};
use crate::CallError;
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

    async fn reply(&self, call: &Outgoing) -> Reply {
        match self.answer(call) {
            Answer::Now(reply) => *reply,
            Answer::Later(reply) => reply.await,
        }
    }
}

impl<C: Contract + ?Sized> Transport for Loopback<C> {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        Box::pin(async move {
            let work = async { Ok(self.reply(&call).await) };
            let reply = match &self.crossing {
                Some(crossing) => crossing.call(call.method, work).await,
                None => work.await,
            };
            reply.map(whole)
        })
    }

    fn stream(&self, call: Outgoing) -> StreamFuture<'_> {
        Box::pin(async move {
            let work = async { Ok(coming(self.reply(&call).await)) };
            let timeout = call.info().item_timeout();
            match &self.crossing {
                Some(crossing) => crossing.chunks(call.method, timeout, work).await,
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
    let mut captures = Captures::of(path);
    for (segment, value) in template.split('/').zip(path.split('/')) {
        if segment.starts_with('{') {
            captures.push(value);
        }
    }
    captures
}

/// The answer of a method that does not stream.
fn whole(reply: Reply) -> Response<Bytes> {
    response(reply).map(|body| match body {
        Body::Whole(bytes) => bytes,
        Body::Frames(_) => Bytes::new(),
    })
}

/// The answer of one that may.
fn coming(reply: Reply) -> Response<Received> {
    response(reply).map(|body| match body {
        Body::Whole(bytes) => Received::Whole(bytes),
        Body::Frames(frames) => Received::Chunks(Box::pin(Looped(Some(frames)))),
    })
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    reply.retry.write(headers);
    headers.extend(reply.content_type.map(|value| (CONTENT_TYPE, value)));
    headers.extend(reply.location.map(|value| (LOCATION, value)));
    headers.extend(reply.headers);
    response
}

/// A stream's frames as its reader's bytes. None after the last one.
struct Looped(Option<Frames>);

impl Chunks for Looped {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        let Some(frames) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let frame = ready!(frames.poll_frame(cx));
        if frame.kind != FrameKind::Item {
            self.0 = None;
        }
        Poll::Ready(Some(Ok(frame.bytes)))
    }
}
