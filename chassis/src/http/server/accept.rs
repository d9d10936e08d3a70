//! Accepting connections, and stopping without losing one.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use socket2::SockRef;
use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::running::Shared;
use crate::context::Listener;

/// Tells the accepting task to stop.
#[derive(Debug, Default)]
pub(super) struct Stopped {
    asked: AtomicBool,
    notify: Notify,
}

impl Stopped {
    pub(super) fn ask(&self) {
        self.asked.store(true, SeqCst);
        self.notify.notify_waiters();
    }

    async fn wait(&self) {
        let asked = self.notify.notified();
        if !self.asked.load(SeqCst) {
            asked.await;
        }
    }
}

/// How long to wait where the system has no room for another connection.
const BACK_OFF: Duration = Duration::from_millis(50);

/// Accepts until it is told to stop, then takes what the kernel still holds.
pub(super) async fn run(shared: Arc<Shared>, listener: Listener) {
    loop {
        tokio::select! {
            biased;
            () = shared.stop.wait() => break,
            () = accept(&shared, &listener) => {}
        }
    }
    take_the_rest(&shared, listener);
}

/// Accepts one connection, as soon as there is room for one. Beyond the limit nothing is accepted:
/// callers wait in the kernel's queue, and none is turned away that a moment later could be served.
async fn accept(shared: &Arc<Shared>, listener: &Listener) {
    let slot = slot(shared).await;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole: waiting for more to send only delays them. A connection
            // that is gone already shows when it is read.
            let _ = stream.set_nodelay();
            shared.serve(stream, peer, slot);
        }
        Err(error) if is_of_one(&error) => {}
        Err(error) => {
            tracing::warn!(%error, "cannot accept connections; trying again");
            shared.edge().env().sleep(BACK_OFF).await;
        }
    }
}

async fn slot(shared: &Arc<Shared>) -> Option<OwnedSemaphorePermit> {
    let slots = &shared.slots;
    if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        return Some(slot);
    }
    shared.edge().counters().full();
    // The semaphore is never closed.
    Arc::clone(slots).acquire_owned().await.ok()
}

/// Whether the error is of one connection, which ended before it was accepted. All others (no file
/// descriptor, no memory) are of the system, and stay for a while.
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// A connection that the kernel completed was accepted, as far as its caller can see. So the door
/// is shut first, then the queue is emptied, and only then the listener is closed.
fn take_the_rest(shared: &Arc<Shared>, listener: Listener) {
    let Listener::Tcp(listener) = listener else {
        // On another network a connection is complete when it was taken here, not before.
        return;
    };
    shut(&listener);
    let Ok(listener) = listener.into_std() else {
        return;
    };
    // tokio asks the kernel only after its reactor has seen something; here the kernel's own
    // answer counts.
    loop {
        match listener.accept() {
            Ok((stream, peer)) => welcome(shared, stream, peer),
            Err(error) if is_of_one(&error) || error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn welcome(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    if let Err(error) = shared.welcome(stream, peer, None) {
        tracing::warn!(%error, "an accepted connection was lost");
    }
}

/// Has the kernel complete no further connection while its queue is emptied. Where it will not, the
/// queue is shrunk at least, and emptied all the same.
fn shut(listener: &tokio::net::TcpListener) {
    let socket = SockRef::from(listener);
    if drop_openings(&socket).is_err() {
        let _ = socket.listen(0);
    }
}

/// Drops what opens a connection (segments with SYN) before the kernel sees it; handshakes that are
/// under way go on. A caller whose opening is dropped tries again, and is then refused: it knows
/// that nothing was done. Even a queue of length 0 would still take one connection, which closing
/// the listener would reset.
#[cfg(target_os = "linux")]
fn drop_openings(socket: &SockRef<'_>) -> io::Result<()> {
    use socket2::SockFilter;

    /// Where a TCP header has its flags, and which of them opens.
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    socket.attach_filter(&[
        SockFilter::new(0x30, 0, 0, FLAGS),    // load the byte
        SockFilter::new(0x45, 0, 1, SYN),      // if it has the bit
        SockFilter::new(0x06, 0, 0, 0),        // then drop the segment
        SockFilter::new(0x06, 0, 0, u32::MAX), // else take all of it
    ])
}

#[cfg(not(target_os = "linux"))]
fn drop_openings(_: &SockRef<'_>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
