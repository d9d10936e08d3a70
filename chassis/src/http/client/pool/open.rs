//! Opening connections, each in a task of its own.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http::uri::Scheme;
use tokio::sync::oneshot;

use super::idle::Connection;
use super::lease::Claim;
use super::{Endpoint, Lease, LeaseError, Spoken};
use crate::http::client::dial::{Negotiated, dial};
use crate::http::client::limit::after;
use crate::http::client::wire::{Io, KeepAlive, Kept, Multiplexed, Opening};

/// How long the answer to a PING may take at most.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

enum Opened {
    Own(Connection),
    Shared(Multiplexed),
}

type Leased = Result<Option<Lease>, LeaseError>;

impl Endpoint {
    /// Opens a connection for the holder of `claim`. If he is gone when it is there, it is idle.
    pub(super) fn open_own(self: &Arc<Self>, claim: Claim) -> oneshot::Receiver<Leased> {
        let (told, receiver) = oneshot::channel();
        let endpoint = Arc::clone(self);
        spawn(async move {
            let leased = match endpoint.open().await {
                Ok(Opened::Own(connection)) => Ok(Some(Lease::own(connection, claim, false))),
                Ok(Opened::Shared(connection)) => {
                    endpoint.put_shared(connection);
                    Ok(None)
                }
                Err(error) => Err(LeaseError::Dial(error)),
            };
            if let Err(Ok(Some(lease))) = told.send(leased) {
                lease.give_back(endpoint.env.now());
            }
        });
        receiver
    }

    /// Opens a connection for all who wait for one, unless one is being opened.
    pub(super) fn open_shared(self: &Arc<Self>, now: Instant) {
        if self.gate.refused(now).is_some() || self.is_opening.swap(true, Ordering::AcqRel) {
            return;
        }
        let endpoint = Arc::clone(self);
        spawn(async move {
            // What failed is asked of the gate by those who wait.
            match endpoint.open().await {
                Ok(Opened::Shared(connection)) => endpoint.put_shared(connection),
                Ok(Opened::Own(connection)) => {
                    endpoint.speaks(Spoken::Http1);
                    endpoint.put_idle(connection, endpoint.env.now());
                }
                Err(_) => {}
            }
            endpoint.is_opening.store(false, Ordering::Release);
            endpoint.freed.notify_waiters();
        });
    }

    fn put_shared(&self, connection: Multiplexed) {
        self.speaks(Spoken::Http2);
        self.shared().put(Arc::new(connection), self.env.now());
        self.freed.notify_waiters();
    }

    fn speaks(&self, spoken: Spoken) {
        self.spoken.store(spoken as u8, Ordering::Relaxed);
    }

    async fn open(&self) -> Result<Opened, Box<dyn StdError + Send + Sync>> {
        let _pass = self.gate.pass(|| self.env.now()).await?;
        let opened = self.connect().await;
        match &opened {
            Ok(_) => self.gate.opened(),
            Err(error) => {
                let (now, random) = (self.env.now(), self.env.random());
                self.gate.failed(now, random, &**error);
            }
        }
        opened
    }

    async fn connect(&self) -> Result<Opened, Box<dyn StdError + Send + Sync>> {
        let until = after(self.env.now(), self.settings.connect_timeout);
        let (protocol, tls) = (self.settings.protocol, self.tls.as_ref());
        let dialled = dial(&self.env, &self.address, protocol, tls, until).await?;
        self.way.saw(dialled.round_trip);
        let io = dialled.io;
        let age = self.age();
        let now = self.env.now();
        match dialled.negotiated {
            Negotiated::Http1 => Ok(Opened::Own(Connection {
                kept: Box::new(Kept::new(io)),
                born: now,
                age,
                idle_since: now,
            })),
            Negotiated::Http2 => Ok(Opened::Shared(self.multiplexed(io, age, until).await?)),
        }
    }

    async fn multiplexed(
        &self,
        io: Io,
        age: Duration,
        until: Instant,
    ) -> Result<Multiplexed, Box<dyn StdError + Send + Sync>> {
        let opening = Opening {
            env: &self.env,
            scheme: match self.tls {
                Some(_) => Scheme::HTTPS,
                None => Scheme::HTTP,
            },
            authority: self.host.to_str()?.parse()?,
            keep_alive: KeepAlive {
                interval: self.settings.ping_interval,
                timeout: PING_TIMEOUT.min(self.settings.ping_interval),
            },
            age,
            freed: Arc::clone(&self.freed),
            until,
        };
        Multiplexed::open(io, opening).await
    }

    /// From nine tenths of `max_age` to all of it, so that what was opened together is not replaced
    /// together.
    fn age(&self) -> Duration {
        let most = self.settings.max_age;
        most - (most / 10).mul_f64((self.env.random() >> 32) as f64 / f64::from(u32::MAX))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a connection is for every call that follows, so it must not carry the context of one"
)]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(task));
}
