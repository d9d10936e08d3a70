//! [`Streaming`]: the body of an answer that comes item by item.
//!
//! hyper asks for the next frame when the connection has room for one, so the producer is never
//! ahead of its reader by more than an item. What a poll cannot see is a reader that takes nothing:
//! then nobody polls. So each stream has one alarm.
//!
//! [`produce`] asks the producer, [`alarm`] looks whether a heartbeat is due, or the reader late.

mod alarm;
mod produce;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use tokio::runtime::Handle;

use self::produce::Given;
use super::connection::Conn;
use super::edge::Edge;
use super::exchange::{Ending, Exchange};
use super::settings::Streaming as Settings;
use super::work;
use crate::Context;
use crate::context::{Alarm, Env};
use crate::contract::{Format, Frames};
use crate::telemetry::Counter;

/// The body of an answer that comes item by item.
#[derive(Debug)]
pub(super) struct Streaming(Arc<Shared>);

impl Streaming {
    /// Begins to stream `frames`; `exchange` is recorded when that is over.
    pub(super) fn open(exchange: Box<Exchange>, frames: Frames) -> Self {
        let conn = Arc::clone(exchange.busy.conn());
        let shared = Arc::new(Shared {
            runtime: Handle::try_current().ok(),
            state: Mutex::new(State::Open(Box::new(Open::new(exchange, frames)))),
        });
        conn.add_stream(&shared);
        Self(shared)
    }

    /// The next bytes; `None` at the end.
    pub(super) fn poll(&self, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Bytes, Unread>>> {
        let mut state = self.0.lock();
        let open = match &mut *state {
            State::Open(open) => open,
            State::Over => return Poll::Ready(None),
            State::Cut => return Poll::Ready(Some(Err(Unread))),
        };
        let Poll::Ready(given) = open.poll(cx) else {
            open.watch(&self.0);
            return Poll::Pending;
        };
        let over = match given {
            Given::Bytes(bytes) => {
                open.watch(&self.0);
                return Poll::Ready(Some(Ok(bytes)));
            }
            Given::Last(bytes, error_type) => {
                open.end(error_type);
                let over = std::mem::replace(&mut *state, State::Over);
                (bytes, over)
            }
        };
        // A producer's drop is foreign code: not under the lock.
        drop(state);
        Poll::Ready(Some(Ok(over.0)))
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(*self.0.lock(), State::Over)
    }
}

impl Drop for Streaming {
    /// The reader left, or all is said.
    fn drop(&mut self) {
        self.0.close(State::Over);
    }
}

/// The reader took nothing for too long.
#[derive(Debug, thiserror::Error)]
#[error("the reader of the stream took nothing for too long")]
pub(super) struct Unread;

/// What the body, its alarm and the drain share.
pub(super) struct Shared {
    /// Where the alarm's work is done: not in the thread that rings.
    runtime: Option<Handle>,
    state: Mutex<State>,
}

enum State {
    Open(Box<Open>),
    /// All is said, or nobody listens.
    Over,
    /// The reader was given up.
    Cut,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the producer, if it still works, within its context.
    fn close(&self, end: State) {
        let state = std::mem::replace(&mut *self.lock(), end);
        if let State::Open(open) = state {
            open.leave();
        }
    }

    /// The alarm rang, or the server began to drain: is anything due?
    pub(super) fn look(self: &Arc<Self>) {
        let mut state = self.lock();
        let State::Open(open) = &mut *state else {
            return;
        };
        if open.look(self) {
            let conn = Arc::clone(open.conn());
            open.end(Some("write-timeout"));
            drop(state);
            conn.edge.counters().unread();
            self.close(State::Cut);
            // Over HTTP/2 the stream is reset when its turn comes; the others go on.
            conn.cut();
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// A stream whose producer works.
struct Open {
    frames: Frames,
    exchange: Box<Exchange>,
    /// What counts its items.
    items: Option<Counter>,
    /// Without the call's deadline, which was one for the stream to begin.
    context: Context,
    item_timeout: Option<Duration>,
    /// Set while an item is waited for that has a limit.
    waiting: Option<(Alarm, Context)>,
    /// Since when the reader has been given something that it has not taken yet.
    owed: Option<Instant>,
    /// When something was last given.
    last: Instant,
    /// Whoever waits for the next frame.
    task: Option<Waker>,
    alarm: Option<Alarm>,
    bytes: u64,
    count: u64,
    _place: Place,
}

/// A place among the open streams.
struct Place(Edge);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.streams().leave();
    }
}

impl Open {
    /// Takes over the place that the caller took among the open streams.
    fn new(exchange: Box<Exchange>, frames: Frames) -> Self {
        let route = exchange.route();
        Self {
            items: route.and_then(|route| route.items.clone()),
            item_timeout: route.and_then(|route| route.info.item_timeout()),
            context: exchange.context.clone().without_deadline(),
            _place: Place(exchange.edge().clone()),
            last: exchange.edge().env().now(),
            frames,
            exchange,
            waiting: None,
            owed: None,
            task: None,
            alarm: None,
            bytes: 0,
            count: 0,
        }
    }

    fn conn(&self) -> &Arc<Conn> {
        self.exchange.busy.conn()
    }

    fn env(&self) -> &Env {
        self.exchange.edge().env()
    }

    fn settings(&self) -> &Settings {
        &self.exchange.edge().limits().streaming
    }

    fn format(&self) -> Format {
        self.frames.format()
    }

    fn end(&mut self, error_type: Option<&'static str>) {
        self.exchange.items = Some(self.count);
        let ending = Ending::new(StatusCode::OK, error_type, self.bytes);
        self.exchange.record(&ending, None);
        if error_type.is_some() {
            self.exchange.remember_stream(&ending);
        }
    }

    /// Nobody listens any more: which is how a stream without end ends.
    fn leave(mut self: Box<Self>) {
        if !self.exchange.is_recorded() {
            self.end(None);
        }
        let Self {
            frames,
            mut context,
            exchange,
            ..
        } = *self;
        // What the producer's parts log while they are dropped belongs to the call.
        let dropped = AssertUnwindSafe(|| context.lend(|| drop(frames)));
        if let Err(panic) = catch_unwind(dropped) {
            work::say_panic(&exchange.context, &*panic);
        }
    }
}
