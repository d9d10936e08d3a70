//! [`Conn`]: what is known of one connection; [`drive`]: its task.
//!
//! One task a connection. hyper does the protocol; [`watch`] looks at the time (slow headers, idle
//! connections) and the drain.

mod watch;

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Wake, Waker};
use std::time::Instant;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;

use self::watch::Watch;
use super::Edge;
use super::exchange::Place;
use super::io::Io;
use super::overload::{self, Gated};
use super::running::Shared;
use super::service::EdgeService;
use super::streaming::Shared as Stream;
use crate::policy::Outcome;

/// What its task, its requests and the drain know of one connection.
#[derive(Debug)]
pub(super) struct Conn {
    pub(super) edge: Edge,
    /// The server that it belongs to; none for calls that come by no connection of ours.
    pub(super) server: Option<Arc<Shared>>,
    pub(super) peer: Option<SocketAddr>,
    /// The peer's address for the access log, written when it is first needed.
    peer_text: OnceLock<Box<str>>,
    /// The peer as rate limits count it, made when the first asks.
    caller: OnceLock<u64>,
    /// The rate limit that answers spoke of last: its index and one; 0: of none.
    told: AtomicU32,
    opened: Instant,
    /// Requests at work, and answers that still stream.
    busy: AtomicU32,
    /// Whether a request was ever complete.
    pub(super) served: AtomicBool,
    /// Whether bytes came that are no complete request yet.
    pub(super) reading: AtomicBool,
    pub(super) http2: AtomicBool,
    /// Requests of HTTP/2 that began, and those that their caller took back.
    begun: AtomicU32,
    taken_back: AtomicU32,
    /// Whether the last write found the socket full, and whether any write got on since.
    pub(super) stuck: AtomicBool,
    pub(super) moved: AtomicBool,
    /// When the last request ended. As an instant, since reckoning with it costs more than this lock.
    quiet: Mutex<Instant>,
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
/// The peer reads nothing, or takes back what it asks for.
const CUT: u8 = 4;
/// From so many on a connection is looked at for what its caller takes back (Envoy's number).
const TAKEN_BACK: u32 = 500;

impl Conn {
    pub(super) fn new(edge: Edge, server: Option<Arc<Shared>>, peer: Option<SocketAddr>) -> Self {
        let opened = edge.env().now();
        Self {
            edge,
            server,
            peer,
            peer_text: OnceLock::new(),
            caller: OnceLock::new(),
            told: AtomicU32::new(0),
            opened,
            busy: AtomicU32::new(0),
            served: AtomicBool::new(false),
            reading: AtomicBool::new(false),
            http2: AtomicBool::new(false),
            begun: AtomicU32::new(0),
            taken_back: AtomicU32::new(0),
            stuck: AtomicBool::new(false),
            moved: AtomicBool::new(false),
            quiet: Mutex::new(opened),
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
        // What came meanwhile was the request's body. (Part of a pipelined head would be, too: it
        // gets the time of an idle connection.)
        self.reading.store(false, Relaxed);
        *self.quiet.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// A request is complete (its head is).
    pub(super) fn begin(&self) {
        self.served.store(true, Relaxed);
        self.reading.store(false, Relaxed);
    }

    /// A request of HTTP/2 began.
    pub(super) fn count(&self) {
        self.begun.fetch_add(1, Relaxed);
    }

    /// A request was taken back before it was answered. A caller on HTTP/2 that does so with most of
    /// them keeps the service at work for nothing, and loses its connection; on HTTP/1 each costs it one.
    #[cold]
    pub(super) fn take_back(&self) {
        let taken_back = self.taken_back.fetch_add(1, Relaxed) + 1;
        let is_flood =
            taken_back >= TAKEN_BACK && taken_back.saturating_mul(2) > self.begun.load(Relaxed);
        // Once: those that are at work then end in the same way.
        if is_flood && self.signals.load(Relaxed) & CUT == 0 {
            self.edge.counters().reset_flood();
            self.signal(CUT);
        }
    }

    /// The peer's address, as the access log has it.
    pub(super) fn peer_text(&self) -> Option<&str> {
        let address = self.peer?.ip();
        let text = self.peer_text.get_or_init(|| address.to_string().into());
        Some(text)
    }

    /// The hash of the peer's address, by which rate limits know it: `hash` makes it once.
    pub(super) fn caller(&self, hash: impl FnOnce(Option<IpAddr>) -> u64) -> u64 {
        let address = || self.peer.map(|peer| peer.ip());
        *self.caller.get_or_init(|| hash(address()))
    }

    /// Whether the last answer that spoke of a rate limit didn't speak of this one.
    pub(super) fn is_new(&self, limit: u16) -> bool {
        let limit = u32::from(limit) + 1;
        let is_new = self.told.load(Relaxed) != limit;
        if is_new {
            self.told.store(limit, Relaxed);
        }
        is_new
    }

    /// The waker of the connection's task. hyper polls the answers of HTTP/1 with it; those of
    /// HTTP/2 have tasks of their own.
    pub(super) fn waker(&self) -> Option<&Waker> {
        self.task.get()
    }

    fn quiet_since(&self) -> Instant {
        *self.quiet.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Its place at the gate of its route.
    gated: Option<Gated>,
}

impl Busy {
    pub(super) fn new(conn: &Arc<Conn>) -> Self {
        conn.busy.fetch_add(1, Relaxed);
        Self {
            conn: Arc::clone(conn),
            admitted: false,
            gated: None,
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

    /// Has taken a place at the gate of its route.
    pub(super) fn take(&mut self, place: Place, since: Instant) {
        self.gated = Some(Gated { place, since });
    }

    /// Whether it has one.
    pub(super) fn is_gated(&self) -> bool {
        self.gated.is_some()
    }

    /// Gives the place at the gate back, and says how the call went.
    pub(super) fn tell(&mut self, now: Instant, outcome: Outcome) {
        if let Some(Gated { place, since }) = self.gated.take()
            && let Some(gate) = &overload::guard(&self.conn.edge, place).gate
        {
            gate.leave(since, now, outcome);
        }
    }

    /// Gives it back without a word.
    #[cold]
    fn give_back(&mut self) {
        if let Some(Gated { place, .. }) = self.gated.take()
            && let Some(gate) = &overload::guard(&self.conn.edge, place).gate
        {
            gate.give_back(self.conn.edge.env().now());
        }
    }

    /// For the work that goes on after its caller was answered: takes the place over.
    pub(super) fn hand_over(&mut self) -> Self {
        let mut rest = Self::new(&self.conn);
        rest.admitted = std::mem::take(&mut self.admitted);
        rest.gated = self.gated.take();
        rest
    }

    /// For an answer that streams after its call is over: without a place.
    pub(super) fn stream(&self) -> Self {
        Self::new(&self.conn)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.gated.is_some() {
            self.give_back();
        }
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
    stream: crate::context::Stream,
    conn: Arc<Conn>,
) {
    let io = TokioIo::new(Io::new(stream, Arc::clone(&conn)));
    let service = EdgeService::new(Arc::clone(&conn));
    let mut http = pin!(builder.serve_connection(io, service));
    let mut watch = Watch::new(conn);
    std::future::poll_fn(|cx| watch.poll(http.as_mut(), cx)).await;
}
