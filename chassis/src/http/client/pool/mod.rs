//! The connections to one endpoint.
//!
//! [`Endpoint::lease`] gives a call what it needs to be sent: a connection of HTTP/1.1 for itself
//! (`idle.rs`), or a slot on one of HTTP/2 that it shares (`shared.rs`). Connections are opened by a
//! task of their own (`open.rs`), so that a caller who runs out of time does not waste one that is
//! nearly there; `gate.rs` says how many at a time, and how soon after a failure.
//!
//! Of HTTP/1.1, a connection is either leased or idle. Every lease holds one of `max_connections`
//! claims and takes an idle connection before it opens a new one, so that no more than that many are
//! ever open. Who finds no claim, or no slot, waits in line, as long as its limit allows.

mod closing;
mod gate;
mod idle;
mod lease;
mod open;
mod shared;
mod way;

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

use http::HeaderValue;
use tokio::sync::{Notify, Semaphore};

use self::closing::Closing;
use self::gate::Gate;
use self::idle::{Connection, Idle};
use self::lease::Claim;
use self::shared::{Place, Shared};
use self::way::Way;
use super::limit::within;
use super::settings::{Protocol, Settings};
use super::wire::Slot;
use crate::context::Env;
use crate::discovery::Address;
use crate::http::tls::ClientTls;

pub(super) use lease::{Lease, LeaseError};

/// One instance, and the connections to it.
pub(super) struct Endpoint {
    address: Address,
    /// The `Host` header.
    host: HeaderValue,
    env: Env,
    settings: Arc<Settings>,
    tls: Option<ClientTls>,
    spoken: AtomicU8,
    idle: Mutex<Idle>,
    shared: Mutex<Shared>,
    claims: Semaphore,
    waiting: AtomicUsize,
    gate: Gate,
    way: Way,
    /// A connection of HTTP/2 is being opened.
    is_opening: AtomicBool,
    /// Told when a slot is free or a connection of HTTP/2 is open.
    freed: Arc<Notify>,
    closing: Arc<Closing>,
    /// Wakes `closing`.
    watcher: Waker,
}

/// What the instance speaks, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    /// The first connection will tell.
    Unknown,
    Http1,
    Http2,
}

impl Endpoint {
    pub(super) fn new(
        address: Address,
        settings: &Arc<Settings>,
        env: &Env,
        tls: Option<ClientTls>,
        closed: &Arc<Notify>,
    ) -> Self {
        let closing = Arc::new(Closing::new(Arc::clone(closed)));
        let host = HeaderValue::try_from(host(&address, tls.is_some()));
        let spoken = match settings.protocol {
            Protocol::H2 => Spoken::Http2,
            Protocol::Auto if tls.is_some() => Spoken::Unknown,
            Protocol::Auto | Protocol::Http1 => Spoken::Http1,
        };
        Self {
            host: host.unwrap_or_else(|_| HeaderValue::from_static("")),
            address,
            env: env.clone(),
            settings: Arc::clone(settings),
            tls,
            spoken: AtomicU8::new(spoken as u8),
            idle: Mutex::default(),
            shared: Mutex::default(),
            claims: Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS)),
            waiting: AtomicUsize::new(0),
            gate: Gate::new(),
            way: Way::new(),
            is_opening: AtomicBool::new(false),
            freed: Arc::default(),
            watcher: Arc::clone(&closing).into(),
            closing,
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// How long the way takes, there and back.
    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    /// What a call needs to be sent, until `at`.
    pub(super) async fn lease(
        self: &Arc<Self>,
        mut now: Instant,
        at: Instant,
    ) -> Result<Lease, LeaseError> {
        loop {
            let leased = match self.spoken() {
                Spoken::Http1 => self.lease_own(now, at).await?,
                Spoken::Http2 | Spoken::Unknown => self.lease_shared(now, at).await?,
            };
            if let Some(lease) = leased {
                return Ok(lease);
            }
            // It speaks the other protocol, as a new connection has shown.
            now = self.env.now();
        }
    }

    /// A connection for one call alone.
    async fn lease_own(
        self: &Arc<Self>,
        now: Instant,
        at: Instant,
    ) -> Result<Option<Lease>, LeaseError> {
        let claim = match self.claims.try_acquire() {
            Ok(permit) => Claim::new(self, permit),
            Err(_) => self.wait_in_line(at).await?,
        };
        if let Some(connection) = self.take_idle(now) {
            return Ok(Some(Lease::own(connection, claim, true)));
        }
        if let Some(refused) = self.gate.refused(now) {
            return Err(LeaseError::Dial(refused.into()));
        }
        let opened = self.open_own(claim);
        match within(&self.env, at, opened).await {
            Ok(Ok(lease)) => lease,
            // The runtime ends.
            Ok(Err(_)) | Err(_) => Err(LeaseError::Late),
        }
    }

    async fn wait_in_line(self: &Arc<Self>, at: Instant) -> Result<Claim, LeaseError> {
        let place = InLine::take(self).ok_or(LeaseError::Crowded)?;
        let permit = within(&self.env, at, self.claims.acquire()).await;
        drop(place);
        match permit {
            Ok(Ok(permit)) => Ok(Claim::new(self, permit)),
            // The semaphore is never closed, so it is the time that ran out.
            Ok(Err(_)) | Err(_) => Err(LeaseError::Late),
        }
    }

    fn take_idle(&self, now: Instant) -> Option<Connection> {
        self.idle().take(self.settings.idle_timeout, now)
    }

    /// Keeps a connection for the calls that follow, if it can carry another one.
    fn put_idle(&self, mut connection: Connection, now: Instant) {
        if connection.kept.rest(&self.watcher) {
            connection.idle_since = now;
            self.idle().put(connection);
        }
    }

    /// A slot on a connection of many calls; `None` where the instance turns out not to have such.
    async fn lease_shared(
        self: &Arc<Self>,
        mut now: Instant,
        at: Instant,
    ) -> Result<Option<Lease>, LeaseError> {
        if let Place::Found(slot, is_old) = self.place(now) {
            return Ok(Some(self.leased_shared(slot, is_old, true)));
        }
        let seen = self.gate.failures();
        let (mut line, mut is_reused) = (None, true);
        loop {
            let mut freed = pin!(self.freed.notified());
            freed.as_mut().enable();
            match self.place(now) {
                Place::Found(slot, is_old) => {
                    return Ok(Some(self.leased_shared(slot, is_old, is_reused)));
                }
                Place::None if self.spoken() == Spoken::Http1 => return Ok(None),
                Place::None => {
                    let failed = self.gate.failed_since(seen, now);
                    if let Some(refused) = failed.or_else(|| self.gate.refused(now)) {
                        return Err(LeaseError::Dial(refused.into()));
                    }
                    is_reused = false;
                    self.open_shared(now);
                }
                Place::Full { is_most } => {
                    if !is_most {
                        self.open_shared(now);
                    }
                    if line.is_none() {
                        line = Some(InLine::take(self).ok_or(LeaseError::Crowded)?);
                    }
                }
            }
            if within(&self.env, at, freed).await.is_err() {
                return Err(LeaseError::Late);
            }
            now = self.env.now();
        }
    }

    /// The calls go on over a connection that is old until the new one is there.
    fn leased_shared(self: &Arc<Self>, slot: Slot, is_old: bool, is_reused: bool) -> Lease {
        if is_old {
            self.open_shared(self.env.now());
        }
        Lease::shared(slot, is_reused)
    }

    fn place(&self, now: Instant) -> Place {
        self.shared().place(self.settings.max_connections, now)
    }

    /// Whether the callee seems to have closed an idle connection since this was asked last.
    pub(super) fn has_closed(&self) -> bool {
        self.closing.take()
    }

    /// Closes the idle connections whose time is over, or that the callee has closed.
    pub(super) fn prune(&self, now: Instant) {
        self.idle().prune(self.settings.idle_timeout, now);
        self.shared().prune(self.settings.idle_timeout, now);
    }

    /// The instance is gone: closes what is idle; what carries a call is closed when it is over.
    pub(super) fn retire(&self) {
        self.idle().retire();
        self.shared().retire();
    }

    fn spoken(&self) -> Spoken {
        match self.spoken.load(Ordering::Relaxed) {
            spoken if spoken == Spoken::Http1 as u8 => Spoken::Http1,
            spoken if spoken == Spoken::Http2 as u8 => Spoken::Http2,
            _ => Spoken::Unknown,
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `Host`: without the port that everybody assumes.
fn host(address: &Address, is_encrypted: bool) -> String {
    let whole = address.to_string();
    let default = if is_encrypted { ":443" } else { ":80" };
    match whole.strip_suffix(default) {
        Some(host) => host.to_owned(),
        None => whole,
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("address", &self.address)
            .field("spoken", &self.spoken())
            .field("idle", &self.idle().len())
            .field("shared", &self.shared().len())
            .finish_non_exhaustive()
    }
}

/// A place in the line of those who wait until another call is over.
struct InLine<'a>(&'a AtomicUsize);

impl<'a> InLine<'a> {
    fn take(endpoint: &'a Endpoint) -> Option<Self> {
        let before = endpoint.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(&endpoint.waiting);
        (before < endpoint.settings.max_waiting).then_some(place)
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
