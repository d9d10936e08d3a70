//! [`Server`]: a listener that is bound but does not accept yet.

use std::fmt;
use std::net::{SocketAddr, TcpListener};

use super::listen::{listen, refused};
use super::{Edge, Running};
use crate::context::{Accept, Env, Listener};
use crate::{Error, Result};

/// A listener that is bound but does not accept yet: callers wait in its queue.
pub struct Server {
    bound: Bound,
    address: SocketAddr,
}

enum Bound {
    /// A socket, which the runtime doesn't watch yet.
    Tcp(TcpListener),
    /// What another network than the machine's brought.
    Other(Box<dyn Accept>),
}

impl Server {
    /// Listens on `address`, which came from the configuration key `key`. Port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// When the port is taken or the address is not one of this machine: says which key to change.
    pub fn bind(key: &str, address: SocketAddr) -> Result<Self> {
        let listener = listen(key, address)?;
        let bound = listener.local_addr();
        let address = bound.map_err(|error| refused(key, address, &error))?;
        let bound = Bound::Tcp(listener);
        Ok(Self { bound, address })
    }

    /// The same on the network of `env`.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub fn bind_on(env: &Env, key: &str, address: SocketAddr) -> Result<Self> {
        let Some(network) = env.network() else {
            return Self::bind(key, address);
        };
        let listener = network.listen(address);
        let listener = listener.map_err(|error| refused(key, address, &error))?;
        Ok(Self {
            address: listener.local_addr(),
            bound: Bound::Other(listener),
        })
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
        let listener = match self.bound {
            Bound::Other(listener) => Listener::Other(listener),
            Bound::Tcp(listener) => {
                let watched = tokio::net::TcpListener::from_std(listener);
                Listener::Tcp(watched.map_err(|error| {
                    Error::unavailable(format!("cannot watch the listener on {}", self.address))
                        .because(error)
                })?)
            }
        };
        Ok(Running::start(&runtime, listener, self.address, edge))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
