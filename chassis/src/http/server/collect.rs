//! [`Collect`]: a request's whole body, up to its limit.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;

use super::inbound::Inbound;
use super::problems;
use crate::contract::Reply;

/// The whole body of a request.
pub(super) struct Collect {
    body: Inbound,
    limit: usize,
    first: Bytes,
    rest: BytesMut,
}

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is larger than the limit: its size where it was said beforehand.
    TooLarge(Option<u64>),
    /// It broke off.
    Broken,
}

impl Refused {
    /// The answer to it.
    pub(super) fn reply(self, limit: usize) -> Reply {
        match self {
            Self::TooLarge(size) => problems::body_too_large(limit, size),
            Self::Broken => problems::body_broken(),
        }
    }
}

impl Collect {
    pub(super) fn new(body: Inbound, limit: usize) -> Self {
        Self {
            body,
            limit,
            first: Bytes::new(),
            rest: BytesMut::new(),
        }
    }

    /// What the body says of its size beforehand, where that is too much.
    pub(super) fn foreseen(&self) -> Option<Refused> {
        let size = self.body.size_hint().lower();
        let limit = self.limit as u64;
        (size > limit).then_some(Refused::TooLarge(Some(size)))
    }

    /// A body that comes in one piece is passed on as it is.
    fn add(&mut self, data: Bytes) -> Result<(), Refused> {
        if self.first.len() + self.rest.len() + data.len() > self.limit {
            return Err(Refused::TooLarge(None));
        }
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
            return Ok(());
        }
        if self.rest.is_empty() {
            // The sender says how much comes; the limit keeps it from saying too much.
            let more = self.body.size_hint().lower() as usize;
            let size = (self.first.len() + data.len() + more).min(self.limit);
            self.rest.reserve(size);
            self.rest
                .extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.rest.extend_from_slice(&data);
        Ok(())
    }

    fn done(&mut self) -> Bytes {
        if self.rest.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            self.rest.split().freeze()
        }
    }

    /// Reads on for a while without keeping anything, so that a caller who is still sending sees
    /// the answer before the connection is closed.
    pub(super) async fn discard(mut self, limit: usize) {
        let mut left = limit;
        while let Some(Ok(frame)) = self.body.frame().await {
            let size = frame.data_ref().map_or(0, Bytes::len);
            let Some(rest) = left.checked_sub(size) else {
                return;
            };
            left = rest;
        }
    }
}

impl Future for Collect {
    type Output = Result<Bytes, Refused>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(refused) = this.foreseen() {
            return Poll::Ready(Err(refused));
        }
        while !this.body.is_end_stream() {
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => break,
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(Refused::Broken)),
                // Trailers say nothing that a contract knows.
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data()
                        && let Err(refused) = this.add(data)
                    {
                        return Poll::Ready(Err(refused));
                    }
                }
            }
        }
        Poll::Ready(Ok(this.done()))
    }
}

/// How long, and how much, a refused body is still read.
pub(super) const DISCARD: (Duration, usize) = (Duration::from_secs(5), 16 * 1024 * 1024);
