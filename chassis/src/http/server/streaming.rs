//! [`Streaming`]: the body of an answer that comes item by item.
//!
//! hyper asks for the next frame when the connection has room for one, so the producer is never
//! ahead of its reader by more than an item. What a poll cannot see is a reader that takes nothing:
//! then nobody polls. So each stream has one alarm, which rings about once a heartbeat; whoever is
//! rung looks whether a heartbeat is due, or the reader late. Items between two rings set no timer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use tokio::runtime::Handle;

use super::connection::Conn;
use super::edge::Edge;
use super::exchange::{Ending, Exchange};
use super::settings::Streaming as Settings;
use super::work;
use crate::context::{Alarm, Env};
use crate::contract::{Format, Frame, FrameKind, Frames};
use crate::telemetry::Counter;
use crate::{Context, ProblemDetails};

/// How long a reader that is not reading may hold up a drain. Ten thousand streams take more than a
/// second to end on a slow machine: none of them is to be taken for such a reader.
const GRACE: Duration = Duration::from_secs(3);

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

/// The alarm's waker. It rings in a thread that serves all alarms, so it only passes on.
impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        if let Some(runtime) = self.runtime.clone() {
            runtime.spawn(async move { self.look() });
        }
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

/// What a poll gives.
enum Given {
    Bytes(Bytes),
    /// The last ones, and the `error.type` that it ends with.
    Last(Bytes, Option<&'static str>),
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

    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Given> {
        self.owed = None;
        if self.conn().is_draining() {
            self.conn().cut_short.store(true, Relaxed);
            let bytes = self.retry();
            return Poll::Ready(self.give(bytes, None));
        }
        match self.poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(self.frame(frame)),
            Poll::Pending => {
                if self.env().now() >= self.last + *self.settings().heartbeat {
                    let bytes = self.format().heartbeat();
                    return Poll::Ready(self.given(bytes));
                }
                if !self
                    .task
                    .as_ref()
                    .is_some_and(|task| task.will_wake(cx.waker()))
                {
                    self.task = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// Asks the producer, within its context. An item that is late and a panic are the stream's end.
    fn poll_frame(&mut self, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        if let (None, Some(timeout)) = (&self.waiting, self.item_timeout) {
            let at = self.env().now() + timeout;
            let alarm = Alarm::new(self.env().clone(), at);
            self.waiting = Some((alarm, self.context.clone().with_deadline(at)));
        }
        let context = match &mut self.waiting {
            Some((_, context)) => context,
            None => &mut self.context,
        };
        let frames = &mut self.frames;
        let poll = AssertUnwindSafe(|| context.lend(|| frames.poll_frame(cx)));
        match catch_unwind(poll) {
            Ok(Poll::Ready(frame)) => {
                self.waiting = None;
                Poll::Ready(frame)
            }
            Ok(Poll::Pending) => self.poll_late(cx),
            Err(panic) => {
                work::say_panic(&self.context, &*panic);
                let problem = ProblemDetails::chassis("panic", 500);
                Poll::Ready(self.format().failed(&problem, "panic"))
            }
        }
    }

    fn poll_late(&mut self, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        const KIND: &str = "deadline";
        let (Some((alarm, _)), Some(limit)) = (&mut self.waiting, self.item_timeout) else {
            return Poll::Pending;
        };
        let format = self.frames.format();
        alarm.poll_elapsed(cx).map(|()| {
            let problem = ProblemDetails::chassis(KIND, 504);
            let problem = problem.with_detail(format!("no item within {limit:?}"));
            format.failed(&problem, KIND)
        })
    }

    fn frame(&mut self, frame: Frame) -> Given {
        match frame.kind {
            FrameKind::Item => {
                self.count += 1;
                if let Some(items) = &self.items {
                    items.inc();
                }
                self.given(frame.bytes)
            }
            FrameKind::End => self.give(frame.bytes, None),
            FrameKind::Failed(kind) => self.give(frame.bytes, Some(kind)),
        }
    }

    fn given(&mut self, bytes: Bytes) -> Given {
        let now = self.env().now();
        self.bytes += bytes.len() as u64;
        self.last = now;
        self.owed = Some(now);
        Given::Bytes(bytes)
    }

    fn give(&mut self, bytes: Bytes, error_type: Option<&'static str>) -> Given {
        self.bytes += bytes.len() as u64;
        Given::Last(bytes, error_type)
    }

    /// When the reader is to come back: spread, so that not all come at once.
    fn retry(&self) -> Bytes {
        let least = *self.settings().retry;
        let spread = self.env().random() % (least.as_millis() as u64).max(1);
        self.format().retry(least + Duration::from_millis(spread))
    }

    /// Sees to it that somebody looks again, if nobody is about to.
    fn watch(&mut self, shared: &Arc<Shared>) {
        let settings = self.settings();
        let at = self.last
            + match self.owed {
                Some(_) => (*settings.heartbeat).min(*settings.write_timeout),
                None => *settings.heartbeat,
            };
        // One that rings earlier will do: whoever is rung looks what is due.
        if self.alarm.as_ref().is_none_or(|alarm| alarm.at() > at) {
            self.ring_at(at, shared);
        }
    }

    fn ring_at(&mut self, at: Instant, shared: &Arc<Shared>) {
        let mut alarm = Alarm::new(self.env().clone(), at);
        let ring = Waker::from(Arc::clone(shared));
        if alarm
            .poll_elapsed(&mut TaskContext::from_waker(&ring))
            .is_ready()
        {
            ring.wake();
        }
        self.alarm = Some(alarm);
    }

    /// Does what is due; true when the reader is to be given up.
    fn look(&mut self, shared: &Arc<Shared>) -> bool {
        self.alarm = None;
        let now = self.env().now();
        if self.owed.is_none() {
            let due = self.last + *self.settings().heartbeat;
            if now < due && !self.conn().is_draining() {
                self.ring_at(due, shared);
                return false;
            }
            // From now on it owes us a poll.
            self.owed = Some(now);
            if let Some(task) = self.task.take() {
                task.wake();
            }
        }
        let until = self.patience(now);
        if now < until {
            self.ring_at(until, shared);
        }
        now >= until
    }

    /// Until when the reader may leave untaken what it has been given.
    fn patience(&self, now: Instant) -> Instant {
        let owed = self.owed.unwrap_or(now);
        let patient = owed + *self.settings().write_timeout;
        let drained = self
            .conn()
            .server
            .as_ref()
            .and_then(|server| server.drained());
        drained.map_or(patient, |since| patient.min(owed.max(since) + GRACE))
    }

    fn end(&mut self, error_type: Option<&'static str>) {
        self.exchange.items = Some(self.count);
        let ending = Ending::new(StatusCode::OK, error_type, self.bytes);
        self.exchange.record(&ending, None);
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
