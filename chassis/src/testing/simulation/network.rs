//! The simulated network as an [`Env`](crate::context::Env) takes it.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

use turmoil::net::{TcpListener, TcpStream};

use crate::context::{Accept, Network, Opening, Stream};

/// The network of the host that is being run.
#[derive(Debug)]
pub(super) struct Simulated;

impl Network for Simulated {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> Opening<'a, Vec<SocketAddr>> {
        Box::pin(async move { Ok(vec![SocketAddr::new(turmoil::lookup(host), port)]) })
    }

    fn connect(&self, address: SocketAddr) -> Opening<'_, Stream> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            Ok(Stream::Other(Box::new(stream)))
        })
    }

    fn listen(&self, address: SocketAddr) -> io::Result<Box<dyn Accept>> {
        let bind = std::pin::pin!(TcpListener::bind(address));
        // turmoil's binding is a future that never waits.
        match bind.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(listener) => Ok(Box::new(Listening::new(listener?)?)),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listening {
    fn new(listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }
}

impl Accept for Listening {
    fn accept(&self) -> Opening<'_, (Stream, SocketAddr)> {
        Box::pin(async move {
            let (stream, peer) = self.listener.accept().await?;
            Ok((Stream::Other(Box::new(stream)), peer))
        })
    }

    fn local_addr(&self) -> SocketAddr {
        self.address
    }
}
