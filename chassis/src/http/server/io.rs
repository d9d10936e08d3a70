//! [`Io`]: a socket that notes what happens on it, for the connection's [`Conn`].

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as TaskContext, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection::Conn;
use crate::context::Stream;

/// A socket whose reads and writes are noted.
pub(super) struct Io {
    stream: Stream,
    conn: Arc<Conn>,
    opened: bool,
}

impl Io {
    pub(super) fn new(stream: Stream, conn: Arc<Conn>) -> Self {
        Self {
            stream,
            conn,
            opened: false,
        }
    }

    /// Bytes came: the start of a request, until the service is called with it.
    fn note_read(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.conn.reading.store(true, Relaxed);
        if !self.opened {
            self.opened = true;
            self.conn.http2.store(bytes.starts_with(b"PRI "), Relaxed);
        }
    }

    fn note_write(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(_) => {
                self.conn.stuck.store(false, Relaxed);
                self.conn.moved.store(true, Relaxed);
            }
            Poll::Pending => self.conn.stuck.store(true, Relaxed),
        }
    }

    /// What the kernel holds now. tokio asks the kernel only after the reactor has seen bytes; a
    /// connection is ended on the ground of this answer, so it must be the kernel's own.
    fn read_now(&self, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Stream::Tcp(stream) = &self.stream else {
            // What is no socket has just said itself that it holds nothing.
            return Poll::Pending;
        };
        let mut chunk = [0; 4096];
        let room = chunk.len().min(buf.remaining());
        match (&*SockRef::from(stream)).read(&mut chunk[..room]) {
            Ok(read) => {
                buf.put_slice(&chunk[..read]);
                Poll::Ready(Ok(()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let mut read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if read.is_pending() && this.conn.is_draining() {
            read = this.read_now(buf);
        }
        this.note_read(&buf.filled()[before..]);
        read
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, buf);
        this.note_write(&written);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bufs);
        this.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
