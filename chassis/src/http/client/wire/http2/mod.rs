//! [`Multiplexed`]: a connection of HTTP/2, which carries many calls, each in a [`Slot`].
//!
//! `head.rs` says what a request is there, `body.rs` writes and reads bodies, `slot.rs` is one call,
//! and `keep_alive.rs` the task that the connection lives in.

mod body;
mod head;
mod keep_alive;
mod slot;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::SendRequest;
use http::uri::{Authority, Scheme};
use tokio::sync::{Notify, oneshot};

pub(in crate::http::client) use self::keep_alive::KeepAlive;
use self::keep_alive::{Signals, drive};
pub(in crate::http::client) use self::slot::Slot;
use super::Io;
use crate::context::Env;
use crate::http::client::limit::within;

/// What the callee may send before we read it: for one call, and for all calls of a connection. It
/// bounds the memory that answers nobody reads may take.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// Headers of an answer that are taken, in bytes.
const MAX_HEADER_BYTES: u32 = 64 << 10;
/// What is written of a body before the callee's window opens.
const SEND_BUFFER: usize = 256 << 10;
/// Calls at once on one connection, also where the callee would take more: beyond it, one lost packet
/// delays too many of them.
const MAX_STREAMS: usize = 1_000;

/// The sending end of a connection. It is closed when the last clone and the last call are gone.
#[derive(Debug)]
pub(in crate::http::client) struct Multiplexed {
    sender: SendRequest<Bytes>,
    signals: Arc<Signals>,
    scheme: Scheme,
    authority: Authority,
    /// Told when a call is over.
    freed: Arc<Notify>,
    born: Instant,
    /// How long it may live.
    age: Duration,
    /// When the last call was over, in milliseconds after `born`.
    idle_since: AtomicU64,
    /// A request has been sent.
    is_named: AtomicBool,
}

/// Where a connection leads, and what its pool wants of it.
pub(in crate::http::client) struct Opening<'a> {
    pub(in crate::http::client) env: &'a Env,
    pub(in crate::http::client) scheme: Scheme,
    pub(in crate::http::client) authority: Authority,
    pub(in crate::http::client) keep_alive: KeepAlive,
    pub(in crate::http::client) age: Duration,
    pub(in crate::http::client) freed: Arc<Notify>,
    pub(in crate::http::client) until: Instant,
}

fn not_spoken(what: &str) -> Box<dyn Error + Send + Sync> {
    format!("expected HTTP/2: {what}; does the instance speak it? (`protocol`)").into()
}

impl Multiplexed {
    /// Begins to speak HTTP/2 over `io`, and waits for the settings of the other side: how many calls
    /// it takes, and that it speaks HTTP/2 at all.
    #[expect(
        clippy::disallowed_methods,
        reason = "a connection outlives the call that opened it, so it must not carry its context"
    )]
    pub(in crate::http::client) async fn open(
        io: Io,
        opening: Opening<'_>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let signals = Arc::<Signals>::default();
        let io = io.noting(Arc::clone(&signals.heard));
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_BYTES)
            .max_send_buffer_size(SEND_BUFFER)
            .enable_push(false)
            .handshake(io)
            .await?;
        let env = opening.env.clone();
        let (told, begun) = oneshot::channel();
        let shared = Arc::clone(&signals);
        drop(tokio::spawn(drive(
            connection,
            shared,
            opening.keep_alive,
            env,
            told,
        )));
        match within(opening.env, opening.until, begun).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => return Err(not_spoken(&error.to_string())),
            Ok(Err(_)) => return Err(not_spoken("the connection was closed")),
            Err(_) => return Err(not_spoken("nothing came in time")),
        }
        Ok(Self {
            sender,
            signals,
            scheme: opening.scheme,
            authority: opening.authority,
            freed: opening.freed,
            born: opening.env.now(),
            age: opening.age,
            idle_since: AtomicU64::new(0),
            is_named: AtomicBool::new(false),
        })
    }

    /// Closed or going away.
    pub(in crate::http::client) fn is_over(&self) -> bool {
        self.signals.is_over.load(Ordering::Acquire)
    }

    /// Old enough to be replaced.
    pub(in crate::http::client) fn is_old(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.born) >= self.age
    }

    /// Without a call for `limit`.
    pub(in crate::http::client) fn is_idle(&self, limit: Duration, now: Instant) -> bool {
        let since = Duration::from_millis(self.idle_since.load(Ordering::Relaxed));
        let age = now.saturating_duration_since(self.born);
        self.signals.streams.load(Ordering::Relaxed) == 0 && age.saturating_sub(since) >= limit
    }

    /// A place for one call, if the callee takes one more. Only one thread may ask at a time.
    pub(in crate::http::client) fn slot(self: &Arc<Self>) -> Option<Slot> {
        let most = self.sender.current_max_send_streams().min(MAX_STREAMS);
        let streams = &self.signals.streams;
        if streams.load(Ordering::Relaxed) >= most {
            return None;
        }
        streams.fetch_add(1, Ordering::Relaxed);
        Some(Slot::new(Arc::clone(self)))
    }
}
