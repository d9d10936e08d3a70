//! The connections to one endpoint.
//!
//! A connection is either leased to a call or idle in the list. Every lease holds one of
//! `max_connections` slots and takes an idle connection before it opens a new one, so that no more
//! than that many are ever open. Who finds no slot waits in line, as long as its limit allows.

use std::error::Error as StdError;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http::HeaderValue;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Settings;
use super::dial::{Sender, dial};
use super::limit::{after, within};
use crate::context::Env;
use crate::discovery::Address;

/// One instance, and the connections to it.
pub(super) struct Endpoint {
    address: Address,
    /// The `Host` header.
    host: HeaderValue,
    env: Env,
    settings: Arc<Settings>,
    idle: Mutex<Idle>,
    slots: Semaphore,
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Idle {
    /// The one used last stands last and is taken first: the others grow old and are closed.
    connections: Vec<Connection>,
    /// The instance is gone: nothing comes back into the list.
    retired: bool,
}

struct Connection {
    sender: Sender,
    born: Instant,
    idle_since: Instant,
}

/// A connection that one call has for itself. Dropped, it is closed; see
/// [`give_back`](Self::give_back).
pub(super) struct Lease<'a> {
    pub(super) sender: Sender,
    /// Whether it has carried a call before: the callee may have closed it meanwhile.
    pub(super) reused: bool,
    born: Instant,
    endpoint: &'a Endpoint,
    /// Released after the connection is back in the list.
    slot: SemaphorePermit<'a>,
}

/// Why there is no connection. Nothing was sent.
#[derive(Debug)]
pub(super) enum LeaseError {
    /// Too many calls wait already.
    Crowded,
    /// The call's time was over before there was one.
    Late,
    /// None could be opened.
    Dial(Box<dyn StdError + Send + Sync>),
}

impl Endpoint {
    pub(super) fn new(address: Address, settings: &Arc<Settings>, env: &Env) -> Self {
        let host = HeaderValue::try_from(address.to_string());
        Self {
            host: host.unwrap_or_else(|_| HeaderValue::from_static("")),
            address,
            env: env.clone(),
            settings: Arc::clone(settings),
            idle: Mutex::default(),
            slots: Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS)),
            waiting: AtomicUsize::new(0),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// A connection, idle or new, until `at`.
    pub(super) async fn lease(&self, now: Instant, at: Instant) -> Result<Lease<'_>, LeaseError> {
        let slot = match self.slots.try_acquire() {
            Ok(slot) => slot,
            Err(_) => self.wait_in_line(at).await?,
        };
        while let Some(mut connection) = self.take_idle(now) {
            if self.is_usable(&mut connection.sender, now, at).await {
                return Ok(self.leased(connection, true, slot));
            }
        }
        let now = self.env.now();
        let until = at.min(after(now, self.settings.connect_timeout));
        let sender = match dial(&self.env, &self.address, until).await {
            Ok(sender) => sender,
            // What failed is the time that was left, not the instance.
            Err(_) if self.env.now() >= at => return Err(LeaseError::Late),
            Err(error) => return Err(LeaseError::Dial(error)),
        };
        let connection = Connection {
            sender,
            born: self.env.now(),
            idle_since: now,
        };
        Ok(self.leased(connection, false, slot))
    }

    fn leased<'a>(&'a self, new: Connection, reused: bool, slot: SemaphorePermit<'a>) -> Lease<'a> {
        Lease {
            sender: new.sender,
            reused,
            born: new.born,
            endpoint: self,
            slot,
        }
    }

    async fn wait_in_line(&self, at: Instant) -> Result<SemaphorePermit<'_>, LeaseError> {
        let place = Place::take(self).ok_or(LeaseError::Crowded)?;
        let slot = within(&self.env, at, self.slots.acquire()).await;
        drop(place);
        match slot {
            Ok(Ok(slot)) => Ok(slot),
            // The semaphore is never closed, so it is the time that ran out.
            Ok(Err(_)) | Err(_) => Err(LeaseError::Late),
        }
    }

    /// Whether a call can be sent. A connection whose last answer has just been read may need a
    /// moment; one that never gets ready (the callee answered without reading the request) is
    /// given up after the connect timeout.
    async fn is_usable(&self, sender: &mut Sender, now: Instant, at: Instant) -> bool {
        if sender.is_ready() {
            return true;
        }
        let until = at.min(after(now, self.settings.connect_timeout));
        matches!(within(&self.env, until, sender.ready()).await, Ok(Ok(())))
    }

    fn take_idle(&self, now: Instant) -> Option<Connection> {
        let mut idle = self.idle();
        while let Some(connection) = idle.connections.pop() {
            if !self.is_over(&connection, now) {
                return Some(connection);
            }
        }
        None
    }

    fn is_over(&self, connection: &Connection, now: Instant) -> bool {
        connection.sender.is_closed()
            || now.saturating_duration_since(connection.idle_since) >= self.settings.idle_timeout
            || now.saturating_duration_since(connection.born) >= self.settings.max_age
    }

    /// Closes the idle connections whose time is over.
    pub(super) fn prune(&self, now: Instant) {
        let mut idle = self.idle();
        idle.connections
            .retain(|connection| !self.is_over(connection, now));
    }

    /// The instance is gone: closes what is idle; what is leased is closed when its call is over.
    pub(super) fn retire(&self) {
        let mut idle = self.idle();
        idle.retired = true;
        idle.connections.clear();
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    /// Puts the connection back: its call is over and the whole answer has been read.
    pub(super) fn give_back(self, now: Instant) {
        let mut idle = self.endpoint.idle();
        if !idle.retired {
            idle.connections.push(Connection {
                sender: self.sender,
                born: self.born,
                idle_since: now,
            });
        }
    }
}

/// A connection that a stream has for itself, for as long as it likes. Dropped, it is closed: a
/// stream is seldom read to its end.
pub(super) struct Held {
    _sender: Sender,
    endpoint: Arc<Endpoint>,
}

impl Lease<'_> {
    /// Keeps the connection beyond the call, in its slot. `endpoint` is the one that leased it.
    pub(super) fn hold(self, endpoint: &Arc<Endpoint>) -> Held {
        // Given back by hand: a permit that lives so long cannot borrow.
        self.slot.forget();
        Held {
            _sender: self.sender,
            endpoint: Arc::clone(endpoint),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.endpoint.slots.add_permits(1);
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("address", &self.address)
            .field("idle", &self.idle().connections.len())
            .finish_non_exhaustive()
    }
}

/// A place in the line of those who wait for a slot.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(endpoint: &'a Endpoint) -> Option<Self> {
        let before = endpoint.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(&endpoint.waiting);
        (before < endpoint.settings.max_waiting).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
