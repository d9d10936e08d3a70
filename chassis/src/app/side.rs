//! The small server of the probe and admin listeners.
//!
//! It shares nothing with the service's own edge: it runs on the control runtime, so that it still
//! answers when the serving runtime is blocked. Bounded, because probes are open to the network.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tower::ServiceExt;

use crate::{Error, Result};

/// Connections at once; more wait in the kernel.
const CONNECTIONS: usize = 1024;

/// Time for the headers of a request, and between two requests. Short: whoever holds all places in
/// silence keeps probes waiting for so long, and a probe's own patience is a second as a rule.
const PATIENCE: Duration = Duration::from_millis(500);

/// Pause after the kernel refused a connection (out of file descriptors), lest the loop spins.
const BREATHE: Duration = Duration::from_millis(100);

/// A running listener. Dropping it closes it and its connections.
#[derive(Debug)]
pub(super) struct Side {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Side {
    /// Serves `router` on `listener`.
    ///
    /// # Errors
    ///
    /// When the runtime refuses the listener.
    pub(super) fn serve(listener: TcpListener, router: Router, control: &Handle) -> Result<Self> {
        let _entered = control.enter();
        let failed = |error| Error::unavailable("cannot watch a listener").because(error);
        let address = listener.local_addr().map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let accepting = control.spawn(accept(listener, router)).abort_handle();
        Ok(Self { address, accepting })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: tokio::net::TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // Owned by this task, so that its end ends the connections.
    let mut open = tokio::task::JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while open.try_join_next().is_some() {}
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(BREATHE).await;
            continue;
        };
        let known = move |mut request: Request<Incoming>| {
            // As `axum::serve` gives it.
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        };
        let service = ServiceExt::<Request<Incoming>>::map_request(router.clone(), known);
        let service = TowerToHyperService::new(service);
        open.spawn(async move {
            let _place = place;
            // A connection's failure is its caller's matter: nothing is lost with it.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
