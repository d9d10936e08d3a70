//! [`Incoming`]: the body of an answer that streams, as it comes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body::Body as _;

use super::limit::after;
use super::observe::{Methods, Observed};
use super::pool::Lease;
use super::transport::HttpTransport;
use super::{Settings, fault};
use crate::CallError;
use crate::context::{Alarm, Env};
use crate::contract::Chunks;
use crate::discovery::Address;
use crate::policy::balance::Stay;

/// A body that still comes.
pub(super) struct Coming {
    /// What it comes by. Dropped with the stream: one is seldom read to its end.
    pub(super) lease: Lease,
    /// Counted with it.
    pub(super) _in_flight: Stay,
    pub(super) address: Address,
}

impl Coming {
    /// The body was read to its end: its connection may carry another call.
    pub(super) fn give_back(self, now: Instant) {
        self.lease.give_back(now);
    }
}

/// The bytes of a stream. Dropping it closes the connection, by which the callee learns that nobody
/// reads any more.
pub(super) struct Incoming {
    coming: Coming,
    observed: Observed<Arc<Methods>>,
    settings: Arc<Settings>,
    env: Env,
    service: &'static str,
    /// Set while nothing comes.
    silence: Option<Alarm>,
}

impl Incoming {
    pub(super) fn new(
        client: &HttpTransport,
        coming: Coming,
        observed: Observed<Arc<Methods>>,
    ) -> Self {
        Self {
            coming,
            observed,
            settings: Arc::clone(&client.settings),
            env: client.env.clone(),
            service: client.service(),
            silence: None,
        }
    }

    /// Nothing came for too long: not even a heartbeat.
    fn poll_silence(&mut self, cx: &mut TaskContext<'_>) -> Poll<CallError> {
        let limit = self.settings.silence_timeout;
        let env = &self.env;
        let silence = self
            .silence
            .get_or_insert_with(|| Alarm::new(env.clone(), after(env.now(), limit)));
        silence.poll_elapsed(cx).map(|()| CallError::Timeout {
            service: self.service.to_owned(),
            limit,
        })
    }
}

impl Chunks for Incoming {
    fn poll_chunk(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        let this = self.get_mut();
        loop {
            let frame = match Pin::new(&mut this.coming.lease).poll_frame(cx) {
                Poll::Ready(frame) => frame,
                Poll::Pending => return this.poll_silence(cx).map(|error| Some(Err(error))),
            };
            this.silence = None;
            match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(chunk))) => return Poll::Ready(Some(Ok(chunk))),
                // Trailers are passed over.
                Some(Ok(Err(_))) => {}
                Some(Err(error)) => {
                    let address = &this.coming.address;
                    let error = fault::broken(error, this.service, address);
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    fn max_item(&self) -> usize {
        self.settings.max_item
    }

    fn item(self: Pin<&mut Self>) {
        self.get_mut().observed.item();
    }

    fn end(self: Pin<&mut Self>, error_type: Option<&'static str>) {
        self.get_mut().observed.end_stream(error_type);
    }
}
