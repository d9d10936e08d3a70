//! [`Conn`]: what is known of one connection; [`drive`]: its task.
//!
//! One task a connection. hyper does the protocol; this file only watches the time (slow headers,
//! idle connections) and the drain. All of it hangs on one alarm a connection, which is set late
//! and seldom, and on words that a request stores into: no timer and no channel a request.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;

use super::Edge;
use super::io::Io;
use super::running::Shared;
use super::service::EdgeService;
use super::streaming::Shared as Stream;
use crate::context::Alarm;

/// What its task, its requests and the drain know of one connection.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) edge: Edge,
    /// The server that it belongs to; none for calls that come by no connection of ours.
    pub(super) server: Option<Arc<Shared>>,
    pub(super) peer: Option<std::net::SocketAddr>,
    /// The peer's address for the access log, written when it is first needed.
    peer_text: OnceLock<Box<str>>,
    opened: Instant,
    /// Requests at work, and answers that still stream.
    busy: AtomicU32,
    /// Whether a request was ever complete.
    pub(super) served: AtomicBool,
    /// Whether bytes came that are no complete request yet.
    pub(super) reading: AtomicBool,
    pub(super) http2: AtomicBool,
    /// Whether the last write found the socket full, and whether any write got on since.
    pub(super) stuck: AtomicBool,
    pub(super) moved: AtomicBool,
    /// When the last request ended, in nanoseconds after `opened`.
    quiet: AtomicU64,
    signals: AtomicU8,
    task: OnceLock<Waker>,
    /// Whether the drain ended a stream: its reader comes back, so what it has not taken yet is not
    /// waited for long.
    pub(super) cut_short: AtomicBool,
    /// The answers that stream items, and must hear of a drain: those of HTTP/2 have tasks of their
    /// own.
    streams: Mutex<Vec<Weak<Stream>>>,
}

/// The connection's alarm rang.
const ALARM: u8 = 1;
/// The server drains.
const DRAIN: u8 = 2;
/// The peer reads nothing.
const CUT: u8 = 4;

impl Conn {
    pub(super) fn new(
        edge: Edge,
        server: Option<Arc<Shared>>,
        peer: Option<std::net::SocketAddr>,
    ) -> Self {
        let opened = edge.env().now();
        Self {
            edge,
            server,
            peer,
            peer_text: OnceLock::new(),
            opened,
            busy: AtomicU32::new(0),
            served: AtomicBool::new(false),
            reading: AtomicBool::new(false),
            http2: AtomicBool::new(false),
            stuck: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            quiet: AtomicU64::new(0),
            signals: AtomicU8::new(0),
            task: OnceLock::new(),
            cut_short: AtomicBool::new(false),
            streams: Mutex::default(),
        }
    }

    /// Whether answers say `connection: close`.
    pub(super) fn is_closing(&self) -> bool {
        self.server
            .as_ref()
            .is_some_and(|server| server.is_closing())
    }

    pub(super) fn is_draining(&self) -> bool {
        self.signals.load(Relaxed) & DRAIN != 0
    }

    /// Tells the connection's task to end as soon as nothing is lost by it.
    pub(super) fn drain(&self) {
        self.signal(DRAIN);
        let streams = std::mem::take(&mut *self.streams());
        for stream in streams.iter().filter_map(Weak::upgrade) {
            stream.look();
        }
    }

    /// An answer begins to stream items.
    pub(super) fn add_stream(&self, stream: &Arc<Stream>) {
        let mut streams = self.streams();
        // On HTTP/1 there is one at a time; on HTTP/2 not many.
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(Arc::downgrade(stream));
    }

    fn streams(&self) -> MutexGuard<'_, Vec<Weak<Stream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the connection, whose peer reads nothing. On HTTP/2 others may still be read: there
    /// it is closed when it has been idle.
    pub(super) fn cut(&self) {
        if !self.http2.load(Relaxed) {
            self.signal(CUT);
        }
    }

    /// A request ended at `now`.
    pub(super) fn rest(&self, now: Instant) {
        let since = now.saturating_duration_since(self.opened);
        // What came meanwhile was the request's body. (Part of a pipelined head would be, too: it
        // gets the time of an idle connection.)
        self.reading.store(false, Relaxed);
        self.quiet.store(since.as_nanos() as u64, Relaxed);
    }

    /// A request is complete (its head is).
    pub(super) fn begin(&self) {
        self.served.store(true, Relaxed);
        self.reading.store(false, Relaxed);
    }

    /// The peer's address, as the access log has it.
    pub(super) fn peer_text(&self) -> Option<&str> {
        let address = self.peer?.ip();
        let text = self.peer_text.get_or_init(|| address.to_string().into());
        Some(text)
    }

    /// The waker of the connection's task. hyper polls the answers of HTTP/1 with it; those of
    /// HTTP/2 have tasks of their own.
    pub(super) fn waker(&self) -> Option<&Waker> {
        self.task.get()
    }

    fn quiet_since(&self) -> Instant {
        self.opened + Duration::from_nanos(self.quiet.load(Relaxed))
    }

    fn signal(&self, signal: u8) {
        self.signals.fetch_or(signal, Relaxed);
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
    }
}

/// The alarm's waker: it says that it rang, so that a poll need not ask the clock.
impl Wake for Conn {
    fn wake(self: Arc<Self>) {
        self.signal(ALARM);
    }
}

/// One request at work on a connection, from its first line to the end of its answer.
#[derive(Debug)]
pub(super) struct Busy {
    conn: Arc<Conn>,
    admitted: bool,
}

impl Busy {
    pub(super) fn new(conn: &Arc<Conn>) -> Self {
        conn.busy.fetch_add(1, Relaxed);
        Self {
            conn: Arc::clone(conn),
            admitted: false,
        }
    }

    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.conn
    }

    /// Takes one of the places for calls at work, if one is free.
    pub(super) fn admit(&mut self) -> bool {
        self.admitted = self.conn.edge.admission().enter();
        self.admitted
    }

    /// For the work that goes on after its caller was answered: takes the place over.
    pub(super) fn hand_over(&mut self) -> Self {
        let mut rest = Self::new(&self.conn);
        rest.admitted = std::mem::take(&mut self.admitted);
        rest
    }

    /// For an answer that streams after its call is over: without a place.
    pub(super) fn stream(&self) -> Self {
        Self::new(&self.conn)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.admitted {
            self.conn.edge.admission().leave();
        }
        self.conn.busy.fetch_sub(1, Relaxed);
    }
}

type Http<'b> = auto::Connection<'b, TokioIo<Io>, EdgeService, TokioExecutor>;

/// Serves one connection until it ends.
pub(super) async fn drive(
    builder: &auto::Builder<TokioExecutor>,
    stream: tokio::net::TcpStream,
    conn: Arc<Conn>,
) {
    let io = TokioIo::new(Io::new(stream, Arc::clone(&conn)));
    let service = EdgeService::new(Arc::clone(&conn));
    let mut http = pin!(builder.serve_connection(io, service));
    let mut watch = Watch::new(conn);
    std::future::poll_fn(|cx| watch.poll(http.as_mut(), cx)).await;
}

/// The connection's time and drain.
struct Watch {
    conn: Arc<Conn>,
    ring: Waker,
    /// The next look at the time. It may ring early: what counts is what is found then.
    alarm: Option<Alarm>,
    /// When the first bytes of an incomplete head were seen.
    head: Option<Instant>,
    /// Set when hyper was told to end the connection: then it has until this instant.
    leaving: Option<Instant>,
}

impl Watch {
    /// How long a connection without a byte is kept when the server drains: its first request may
    /// still lie in the socket. And how long HTTP/2 may take to say good-bye.
    const GRACE: Duration = Duration::from_secs(1);

    fn new(conn: Arc<Conn>) -> Self {
        Self {
            ring: Waker::from(Arc::clone(&conn)),
            conn,
            alarm: None,
            head: None,
            leaving: None,
        }
    }

    fn poll(&mut self, mut http: Pin<&mut Http<'_>>, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.conn.task.get_or_init(|| cx.waker().clone());
        loop {
            if let Poll::Ready(end) = http.as_mut().poll(cx) {
                if let Err(error) = end {
                    self.conn.edge.counters().broken(&*error);
                }
                return Poll::Ready(());
            }
            // The one thing that each poll pays for drain and timeouts.
            let signals = self.conn.signals.load(Relaxed);
            if signals & ALARM != 0 {
                self.conn.signals.fetch_and(!ALARM, Relaxed);
                self.alarm = None;
            }
            if signals & DRAIN != 0 && self.may_leave() {
                // hyper ends the connection with the next poll, or after what it is at.
                http.as_mut().graceful_shutdown();
                self.leaving = Some(self.conn.edge.env().now());
                continue;
            }
            if signals == 0 && self.is_watched() {
                return Poll::Pending;
            }
            if signals & CUT != 0 {
                return Poll::Ready(());
            }
            return self.settle(http.as_mut(), signals & ALARM != 0);
        }
    }

    /// Whether the alarm that is set rings early enough, so that nothing need be computed: it does
    /// unless a head has begun to come, which has less time than an idle connection.
    fn is_watched(&self) -> bool {
        self.alarm.is_some() && !self.conn.reading.load(Relaxed) && self.leaving.is_none()
    }

    /// Whether the connection can be ended without losing a request: hyper drops a connection
    /// whose first request it has not read yet.
    fn may_leave(&self) -> bool {
        if self.leaving.is_some() {
            return false;
        }
        let began = self.conn.served.load(Relaxed) && !self.conn.reading.load(Relaxed);
        let waited = || self.conn.edge.env().now() >= self.grace();
        began || self.is_busy() || waited()
    }

    /// Until when a connection without a request is kept although the server drains.
    fn grace(&self) -> Instant {
        let drained = self
            .conn
            .server
            .as_ref()
            .and_then(|server| server.drained());
        drained.unwrap_or(self.conn.opened).max(self.conn.opened) + Self::GRACE
    }

    fn is_busy(&self) -> bool {
        self.conn.busy.load(Relaxed) != 0
    }

    /// hyper waits. Ends the connection if that has lasted too long, else sees to it that somebody
    /// looks again.
    fn settle(&mut self, http: Pin<&mut Http<'_>>, rang: bool) -> Poll<()> {
        let Some(mut limit) = self.limit() else {
            // A request may end without a poll of this task (it ran on by itself), so an alarm is
            // set also meanwhile; it costs nothing as long as it is.
            if self.alarm.is_none() {
                let again = self.conn.edge.env().now() + self.conn.edge.limits().idle;
                self.look_again(again);
            }
            return Poll::Pending;
        };
        if rang {
            let now = self.conn.edge.env().now();
            if now >= limit {
                if !self.is_moving() {
                    return self.end(http);
                }
                limit = now
                    + match self.conn.cut_short.load(Relaxed) {
                        true => Self::GRACE,
                        false => self.conn.edge.limits().idle,
                    };
            }
        }
        // An earlier alarm will do: when it rings, this is asked again.
        if self.alarm.as_ref().is_none_or(|alarm| alarm.at() > limit) {
            self.look_again(limit);
        }
        Poll::Pending
    }

    fn look_again(&mut self, at: Instant) {
        let mut alarm = Alarm::new(self.conn.edge.env().clone(), at);
        // The alarm says that it rang, so that a poll need not ask the clock.
        if alarm
            .poll_elapsed(&mut TaskContext::from_waker(&self.ring))
            .is_ready()
        {
            self.ring.wake_by_ref();
        }
        self.alarm = Some(alarm);
    }

    /// When the connection has waited too long for what it waits for.
    fn limit(&mut self) -> Option<Instant> {
        if let Some(since) = self.leaving
            && !self.is_busy()
        {
            return Some(since + Self::GRACE);
        }
        if self.is_busy() {
            self.head = None;
            return None;
        }
        let limits = self.conn.edge.limits();
        let idle = self.conn.quiet_since() + limits.idle;
        let limit = if self.conn.http2.load(Relaxed) {
            idle
        } else if self.conn.reading.load(Relaxed) {
            let env = self.conn.edge.env();
            *self.head.get_or_insert_with(|| env.now()) + limits.headers
        } else if self.conn.served.load(Relaxed) {
            self.head = None;
            idle
        } else {
            self.conn.opened + limits.headers
        };
        let draining = self.conn.is_draining() && self.leaving.is_none();
        Some(if draining {
            limit.min(self.grace())
        } else {
            limit
        })
    }

    /// Whether the peer still takes a long answer, if slowly.
    fn is_moving(&self) -> bool {
        let moved = self.conn.moved.swap(false, Relaxed);
        self.conn.stuck.load(Relaxed) && moved
    }

    fn end(&mut self, http: Pin<&mut Http<'_>>) -> Poll<()> {
        if self.conn.http2.load(Relaxed) && self.leaving.is_none() {
            http.graceful_shutdown();
            self.leaving = Some(self.conn.edge.env().now());
            self.conn.signal(ALARM);
            return Poll::Pending;
        }
        let slow = self.conn.reading.load(Relaxed) || !self.conn.served.load(Relaxed);
        self.conn.edge.counters().timed_out(slow);
        Poll::Ready(())
    }
}
