//! [`Server`]: a listener that is bound but does not accept yet.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use super::{Edge, Running};
use crate::{Error, Result};

/// A listener that is bound but does not accept yet: callers wait in the kernel's queue.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// Connections that may wait in the kernel's queue. The kernel's own bound
/// (`net.core.somaxconn`) holds as well.
const BACKLOG: i32 = 4096;

impl Server {
    /// Listens on `address`, which came from the configuration key `key`. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port is taken or the address is not one of this machine: says which key to change.
    pub fn bind(key: &str, address: SocketAddr) -> Result<Self> {
        let listener = listen(address).map_err(|error| unavailable(key, address, error))?;
        let bound = listener.local_addr();
        let address = bound.map_err(|error| unavailable(key, address, error))?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts connections and answers them by `edge`, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the runtime cannot watch the listener, or there is none.
    pub fn serve(self, edge: Edge) -> Result<Running> {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Err(Error::bug("a server needs a tokio runtime to serve in"));
        };
        let listener = tokio::net::TcpListener::from_std(self.listener).map_err(|error| {
            Error::unavailable(format!("cannot watch the listener on {}", self.address))
                .because(error)
        })?;
        Ok(Running::start(&runtime, listener, self.address, edge))
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A port whose last connections are still fading away may be taken again at once. Not
    // SO_REUSEPORT: two programs on one port by mistake must not share it silently.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn unavailable(key: &str, address: SocketAddr, error: io::Error) -> Error {
    let port = address.port();
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program listens there (`ss -ltnp 'sport = :{port}'` names it). Stop it, or \
             set {key} to another port"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no such address. Set {key} to one that it has, or to 0.0.0.0:{port} \
             for all of them"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "this user may not. Ports below 1024 need a privilege: set {key} to a higher one"
        ),
        _ => format!("the system refuses. Check {key}"),
    };
    Error::unavailable(format!("cannot listen on {address}: {why}")).because(error)
}
