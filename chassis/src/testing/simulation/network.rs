//! The simulated network as an [`Env`](crate::context::Env) takes it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::{TcpListener, TcpStream};

use crate::context::{Accept, Network, Opening, Stream};

/// The network of the host that is being run.
#[derive(Debug)]
pub(super) struct Simulated(pub(super) Lines);

/// The open connections of a host. A cheap clone.
///
/// A process that is killed drops its tasks in an order that hangs on what else this process runs;
/// each connection that ends draws a latency. So that the same seed draws the same, the first one
/// that is dropped then ends all, in the order in which they were opened.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    next: u64,
    streams: BTreeMap<u64, Shared>,
    is_killed: bool,
}

type Shared = Arc<Mutex<Option<TcpStream>>>;

impl Lines {
    /// The process is about to be killed.
    pub(super) fn kill(&self) {
        lock(&self.0).is_killed = true;
    }

    /// Another process begins, without connections.
    pub(super) fn begin(&self) {
        *lock(&self.0) = Open::default();
    }

    fn open(&self, stream: TcpStream) -> Stream {
        let stream = Arc::new(Mutex::new(Some(stream)));
        let mut open = lock(&self.0);
        let number = open.next;
        open.next += 1;
        open.streams.insert(number, Arc::clone(&stream));
        drop(open);
        Stream::Other(Box::new(Line {
            stream,
            number,
            lines: self.clone(),
        }))
    }

    /// Takes what ends with the connection of this number.
    fn end(&self, number: u64) -> BTreeMap<u64, Shared> {
        let mut open = lock(&self.0);
        match open.is_killed {
            true => std::mem::take(&mut open.streams),
            false => open.streams.remove_entry(&number).into_iter().collect(),
        }
    }
}

/// A connection.
struct Line {
    stream: Shared,
    number: u64,
    lines: Lines,
}

impl Line {
    fn with<T>(
        &self,
        poll: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match lock(&self.stream).as_mut() {
            Some(stream) => poll(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for stream in self.lines.end(self.number).into_values() {
            drop(lock(&stream).take());
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(cx))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Network for Simulated {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> Opening<'a, Vec<SocketAddr>> {
        Box::pin(async move { Ok(vec![SocketAddr::new(turmoil::lookup(host), port)]) })
    }

    fn connect(&self, address: SocketAddr) -> Opening<'_, Stream> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            Ok(self.0.open(stream))
        })
    }

    fn listen(&self, address: SocketAddr) -> io::Result<Box<dyn Accept>> {
        let bind = std::pin::pin!(TcpListener::bind(address));
        // turmoil's binding is a future that never waits.
        match bind.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(listener) => Ok(Box::new(Listening::new(listener?, self.0.clone())?)),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    lines: Lines,
}

impl Listening {
    fn new(listener: TcpListener, lines: Lines) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            address,
            lines,
        })
    }
}

impl Accept for Listening {
    fn accept(&self) -> Opening<'_, (Stream, SocketAddr)> {
        Box::pin(async move {
            let (stream, peer) = self.listener.accept().await?;
            Ok((self.lines.open(stream), peer))
        })
    }

    fn local_addr(&self) -> SocketAddr {
        self.address
    }
}
