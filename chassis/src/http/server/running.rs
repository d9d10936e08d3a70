//! [`Running`]: a server that accepts, until it is drained.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

use super::Edge;
use super::accept::{self, Stopped};
use super::connection::{self, Conn};
use super::overload;
use crate::context::{Listener, Stream};

/// A server that accepts connections.
///
/// It is stopped in three steps, with time between them: [`connection_close`](Self::connection_close)
/// while balancers notice, [`stop_accepting`](Self::stop_accepting), [`drain`](Self::drain).
/// Dropping it stops nothing.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// What the accepting task, the connections and the drain share.
pub(super) struct Shared {
    edge: Edge,
    builder: auto::Builder<TokioExecutor>,
    pub(super) slots: Arc<Semaphore>,
    pub(super) stop: Stopped,
    closing: AtomicBool,
    draining: OnceLock<Instant>,
    /// By number, so that a drain that is simulated again ends them in the same order.
    connections: Mutex<BTreeMap<u64, Arc<Conn>>>,
    accepted: AtomicU64,
    /// How many of them there are.
    open: AtomicUsize,
    emptied: Notify,
}

impl Running {
    pub(super) fn start(
        runtime: &Handle,
        listener: Listener,
        address: SocketAddr,
        edge: Edge,
    ) -> Self {
        let shared = Arc::new(Shared {
            builder: builder(&edge),
            slots: Arc::new(Semaphore::new(edge.limits().max_connections)),
            stop: Stopped::default(),
            closing: AtomicBool::new(false),
            draining: OnceLock::new(),
            connections: Mutex::default(),
            accepted: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            emptied: Notify::new(),
            edge,
        });
        let edge = shared.edge.downgrade();
        runtime.spawn(overload::run(edge, shared.edge.env().clone()));
        let accepting = runtime.spawn(accept::run(Arc::clone(&shared), listener));
        Self {
            shared,
            address,
            accepting: Mutex::new(Some(accepting)),
        }
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// From now on each answer on HTTP/1 says `connection: close`, so that callers and balancers
    /// go elsewhere by themselves.
    pub fn connection_close(&self) {
        self.shared.closing.store(true, Relaxed);
    }

    /// Takes what the kernel has accepted already, then stops listening.
    pub async fn stop_accepting(&self) {
        self.shared.stop.ask();
        let accepting = {
            let mut accepting = self
                .accepting
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            accepting.take()
        };
        if let Some(accepting) = accepting {
            // It ends in error only with the runtime.
            let _ = accepting.await;
        }
    }

    /// Ends idle connections, says GOAWAY on HTTP/2, and waits until all calls are done and all
    /// connections are closed, for at most `limit`. Gives how many are still open: connections, or
    /// calls that nobody waits for, whichever is more.
    pub async fn drain(&self, limit: Duration) -> usize {
        self.connection_close();
        let env = self.shared.edge.env();
        self.shared.draining.get_or_init(|| env.now());
        for conn in self.shared.all() {
            conn.drain();
        }
        tokio::select! {
            () = self.shared.emptied() => {}
            () = env.sleep(limit) => {}
        }
        self.open()
    }

    /// How many connections are open, or calls at work that nobody waits for, whichever is more.
    pub fn open(&self) -> usize {
        let calls = self.shared.edge.admission().at_work();
        self.shared.open.load(SeqCst).max(calls)
    }
}

impl Shared {
    pub(super) fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Whether answers say `connection: close`.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Relaxed)
    }

    /// Since when the server drains, if it does.
    pub(super) fn drained(&self) -> Option<Instant> {
        self.draining.get().copied()
    }

    fn all(&self) -> Vec<Arc<Conn>> {
        let all = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.values().cloned().collect()
    }

    async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.open.load(SeqCst) == 0 {
                break;
            }
            emptied.await;
        }
        self.edge.admission().emptied().await;
    }

    /// Serves a connection that was accepted.
    pub(super) fn welcome(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        slot: Option<tokio::sync::OwnedSemaphorePermit>,
    ) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        // Answers are written whole: waiting for more to send only delays them.
        stream.set_nodelay(true)?;
        let stream = tokio::net::TcpStream::from_std(stream)?;
        self.serve(Stream::Tcp(stream), peer, slot);
        Ok(())
    }

    /// The same for a stream that the runtime watches already.
    pub(super) fn serve(
        self: &Arc<Self>,
        stream: Stream,
        peer: SocketAddr,
        slot: Option<tokio::sync::OwnedSemaphorePermit>,
    ) {
        let conn = Conn::new(self.edge.clone(), Some(Arc::clone(self)), Some(peer));
        let entry = Entry::new(self, Arc::new(conn));
        let shared = Arc::clone(self);
        super::work::spawn(async move {
            connection::drive(&shared.builder, stream, Arc::clone(&entry.conn)).await;
            drop(entry);
            drop(slot);
        });
    }
}

/// An open connection's place in the list; it leaves the list however its task ends.
struct Entry {
    shared: Arc<Shared>,
    conn: Arc<Conn>,
    key: u64,
}

impl Entry {
    fn new(shared: &Arc<Shared>, conn: Arc<Conn>) -> Self {
        let key = shared.accepted.fetch_add(1, Relaxed);
        let mut all = shared
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(key, Arc::clone(&conn));
        shared.open.fetch_add(1, SeqCst);
        drop(all);
        // Whoever drains looked at the list before or sees this.
        if shared.drained().is_some() {
            conn.drain();
        }
        Self {
            shared: Arc::clone(shared),
            conn,
            key,
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut all = self
            .shared
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.key);
        drop(all);
        if self.shared.open.fetch_sub(1, SeqCst) == 1 {
            self.shared.emptied.notify_waiters();
        }
    }
}

/// hyper takes no smaller read buffer.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// hyper, without any timer of its own: time is the connection's watch.
fn builder(edge: &Edge) -> auto::Builder<TokioExecutor> {
    let limits = edge.limits();
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .header_read_timeout(None)
        // At most 100 headers is hyper's default; saying so would cost an allocation a request.
        // The head must fit into the read buffer: what doesn't is answered 431.
        .max_buf_size(limits.max_headers.max(SMALLEST_BUFFER));
    builder
        .http2()
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(u32::try_from(limits.max_headers).unwrap_or(u32::MAX));
    builder
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}
