//! [`Io`]: the stream of bytes below HTTP.

use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::context::Stream;

/// A connected stream. One type, so that each protocol above it is compiled once.
pub(in crate::http::client) struct Io {
    stream: Stream,
    /// Set whenever bytes come.
    heard: Option<Arc<AtomicBool>>,
}

impl Io {
    pub(in crate::http::client) fn new(stream: Stream) -> Self {
        Self {
            stream,
            heard: None,
        }
    }

    /// The same, which sets `heard` whenever bytes come.
    pub(super) fn noting(self, heard: Arc<AtomicBool>) -> Self {
        let heard = Some(heard);
        Self { heard, ..self }
    }

    /// Whether there is nothing to read, and no end either. A socket is asked itself, so that what
    /// the other side did a moment ago counts.
    pub(super) fn is_quiet(&mut self) -> bool {
        match &self.stream {
            Stream::Tcp(stream) => {
                let peeked = SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]);
                peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
            }
            Stream::Other(_) => self.watch(Waker::noop()),
        }
    }

    /// Whether there is nothing to read; `waker` is woken when that changes.
    pub(super) fn watch(&mut self, waker: &Waker) -> bool {
        let mut cx = Context::from_waker(waker);
        let mut byte = [0];
        let mut buf = ReadBuf::new(&mut byte);
        Pin::new(&mut self.stream)
            .poll_read(&mut cx, &mut buf)
            .is_pending()
    }
}

impl fmt::Debug for Io {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io").finish_non_exhaustive()
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        if let Some(heard) = &this.heard
            && buf.filled().len() > before
        {
            heard.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
