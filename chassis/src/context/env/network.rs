//! [`Network`]: listening and connecting. Production has none and takes the machine's sockets; a
//! simulation brings its own ([`Env::with_network`]).

use std::fmt;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Instant, SystemTime};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, lookup_host};

use super::{Clock, Env, Parts, Random, Timer, TimerKey};

/// What opening something gives, later.
pub type Opening<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Where a system listens and connects.
pub trait Network: Send + Sync + 'static {
    /// The addresses of `host`, each with `port`.
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> Opening<'a, Vec<SocketAddr>>;

    /// A connection to `address`.
    fn connect(&self, address: SocketAddr) -> Opening<'_, Stream>;

    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    fn listen(&self, address: SocketAddr) -> io::Result<Box<dyn Accept>>;
}

/// A stream of bytes in both directions, which is no socket of the machine.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static> Duplex for T {}

/// A listener that is no socket of the machine.
pub trait Accept: Send + Sync + 'static {
    /// The next connection, and where it comes from.
    fn accept(&self) -> Opening<'_, (Stream, SocketAddr)>;

    /// Where it listens.
    fn local_addr(&self) -> SocketAddr;
}

/// A connection.
pub enum Stream {
    /// A socket of the machine.
    Tcp(TcpStream),
    /// What a [`Network`] brought.
    Other(Box<dyn Duplex>),
}

/// A listener.
pub enum Listener {
    /// A socket of the machine.
    Tcp(TcpListener),
    /// What a [`Network`] brought.
    Other(Box<dyn Accept>),
}

impl Listener {
    /// The next connection, and where it comes from.
    ///
    /// # Errors
    ///
    /// When the system has no room for it, or it ended before it was taken.
    pub async fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Stream::Tcp(stream), peer))
            }
            Self::Other(listener) => listener.accept().await,
        }
    }
}

impl Stream {
    /// Sends at once what is written, instead of waiting for more. What is no socket does so anyway.
    ///
    /// # Errors
    ///
    /// When the connection is gone.
    pub fn set_nodelay(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nodelay(true),
            Self::Other(_) => Ok(()),
        }
    }
}

impl Env {
    /// The same time and randomness, on another network.
    pub fn with_network(self, network: impl Network) -> Self {
        Self(Arc::new(Parts {
            clock: Box::new(self.clone()),
            random: Box::new(self.clone()),
            timer: Box::new(self),
            network: Some(Box::new(network)),
        }))
    }

    /// The network; none where it is the machine's own.
    pub fn network(&self) -> Option<&dyn Network> {
        self.0.network.as_deref()
    }

    /// The addresses of a host.
    ///
    /// # Errors
    ///
    /// When the name cannot be looked up.
    pub async fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match self.network() {
            None => Ok(lookup_host((host, port)).await?.collect()),
            Some(network) => network.look_up(host, port).await,
        }
    }

    /// A connection to `address`. What is written is sent at once.
    ///
    /// # Errors
    ///
    /// When nobody listens there, or the address cannot be reached.
    pub async fn connect(&self, address: SocketAddr) -> io::Result<Stream> {
        if let Some(network) = self.network() {
            return network.connect(address).await;
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Stream::Tcp(stream))
    }
}

/// Another environment may take its time from this one.
impl Clock for Env {
    fn now(&self) -> Instant {
        Env::now(self)
    }

    fn wall(&self) -> SystemTime {
        Env::wall(self)
    }
}

impl Random for Env {
    fn next_u64(&self) -> u64 {
        self.random()
    }
}

impl Timer for Env {
    fn arm(&self, at: Instant, waker: &Waker) -> TimerKey {
        self.timer().arm(at, waker)
    }

    fn refresh(&self, key: TimerKey, waker: &Waker) -> bool {
        self.timer().refresh(key, waker)
    }

    fn disarm(&self, key: TimerKey) {
        self.timer().disarm(key);
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Other(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Other(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Other(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Tcp(stream) => stream.is_write_vectored(),
            Self::Other(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            // A socket has no buffer of its own to flush.
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Other(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Other(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(stream) => stream.fmt(f),
            Self::Other(_) => f.write_str("Stream::Other"),
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(listener) => listener.fmt(f),
            Self::Other(listener) => write!(f, "Listener::Other({})", listener.local_addr()),
        }
    }
}
