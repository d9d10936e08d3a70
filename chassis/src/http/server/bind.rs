//! [`Server`]: a listener that is bound but does not accept yet.

use std::net::{SocketAddr, TcpListener};

use super::listen::{listen, refused};
use super::{Edge, Running};
use crate::{Error, Result};

/// A listener that is bound but does not accept yet: callers wait in the kernel's queue.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
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
