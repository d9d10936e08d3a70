//! What is written: `[client]` for all, `[client.NAME]` for one.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::tables::{
    OneBalance, OneBreaker, OneBudget, OneBulkhead, OneCache, OneEjection, OneHedge, OneLimit,
    OneMethod, OneRetry, Policies,
};
use crate::config::{ByteSize, HumanDuration};
use crate::http::tls::{Alpn, TlsSettings};

/// What is spoken with the instances of a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// What an instance prefers where TLS lets it say so, by ALPN; else HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1: one call at a time on a connection.
    Http1,
    /// HTTP/2: one connection for many calls. Without TLS by prior knowledge: nobody is asked.
    H2,
}

impl Protocol {
    /// What is offered by ALPN, the preferred one first.
    pub(crate) fn alpn(self) -> &'static [Alpn] {
        match self {
            Self::Auto => &[Alpn::H2, Alpn::Http1],
            Self::Http1 => &[Alpn::Http1],
            Self::H2 => &[Alpn::H2],
        }
    }
}

/// How other services are called: what holds for every client, and a table for each that is
/// different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClientSettings {
    /// How long one connection may take to open before another instance is tried. A second holds one
    /// lost packet and its repetition.
    pub connect_timeout: HumanDuration,
    /// How long one attempt may take, from the first byte sent to the last byte received. Unset:
    /// the method's own `timeout`, else 10s. Beyond it the call fails with `CallError::Timeout`,
    /// 504 at the next edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<HumanDuration>,
    /// How long a call may take with all its attempts. What the caller has left counts where that
    /// is less, so this one bounds only tasks and calls without a deadline.
    pub total_timeout: HumanDuration,
    /// What is spoken: `http1`; `h2`, HTTP/2 without asking first, for instances that are known to
    /// speak it; `auto`, what an instance prefers where TLS lets it say so, else HTTP/1.1.
    pub protocol: Protocol,
    /// Over HTTP/2: how long nothing may come while calls are under way before the instance is asked
    /// by PING whether it lives. Without an answer within as long again, 5s at most, the connection is
    /// closed and its calls fail.
    pub ping_interval: HumanDuration,
    /// How many connections may be open to one instance, busy and idle. Beyond it calls wait for
    /// one of them. A stream has one for itself until it is over. Over HTTP/2 calls share one, and
    /// another is opened when the instance takes no more of them there.
    pub max_connections: u32,
    /// How many calls may wait for a connection to one instance; more fail at once, as unavailable:
    /// who waits behind a thousand others waits in vain.
    pub max_waiting: u32,
    /// How long a connection may lie idle before it is closed: less than the servers' own limit
    /// (`http.idle_timeout`), so that no call is written into a connection that is being closed.
    pub idle_timeout: HumanDuration,
    /// How old a connection may become. A new one looks the name up again, so calls move to new
    /// instances even where the old ones stay.
    pub max_age: HumanDuration,
    /// The largest body of an answer; what is larger fails the call instead of filling the memory.
    pub max_answer: ByteSize,
    /// The largest item of a stream; what is larger fails the stream instead of filling the memory.
    pub max_item: ByteSize,
    /// How long a stream may be silent, without even a heartbeat, before it fails. Three times the
    /// servers' own `http.streaming.heartbeat`, so that a lost one costs nothing.
    pub silence_timeout: HumanDuration,
    /// The policies of every client: `[client.default.retry]` and so on. What a client says of its
    /// own, as in `[client.orders.retry]`, goes before.
    pub default: Policies,
    /// The clients that are different, by contract: `[client.orders]`.
    #[serde(flatten)]
    pub clients: BTreeMap<String, OneClient>,
}

/// What is different for the contract `NAME`, in kebab-case: `[client.order-book]`. The tables of
/// `[client.default]` may stand here as well: `[client.NAME.retry]`; and a table for each method that
/// is different: `[client.NAME.methods.METHOD]` with `attempt_timeout`, `total_timeout`, `retry` and
/// `hedge`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneClient {
    /// Where the service is: `local:` (in this process), `registry:NAME`, `http://HOST:PORT/PREFIX`,
    /// `https://HOST:PORT/PREFIX` or `static:HOST:PORT,HOST:PORT`. Unset: `local:` where it is
    /// composed, else `registry:` and the contract's name; of `app.http`, any URL.
    pub url: Option<String>,
    /// Whether our readiness waits for this service. Else its state never changes ours, because one
    /// failure would drain all its callers.
    pub required: bool,
    /// As in `[client]`.
    pub connect_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub attempt_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub total_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub protocol: Option<Protocol>,
    /// Whom we believe, and who we are, where the `url` begins with `https://`.
    pub tls: TlsSettings,
    /// As in `[client]`.
    pub ping_interval: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_connections: Option<u32>,
    /// As in `[client]`.
    pub max_waiting: Option<u32>,
    /// As in `[client]`.
    pub idle_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_age: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_answer: Option<ByteSize>,
    /// As in `[client]`.
    pub max_item: Option<ByteSize>,
    /// As in `[client]`.
    pub silence_timeout: Option<HumanDuration>,
    /// As `[client.default.retry]`.
    pub retry: OneRetry,
    /// As `[client.default.budget]`.
    pub budget: OneBudget,
    /// As `[client.default.hedge]`.
    pub hedge: OneHedge,
    /// As `[client.default.breaker]`.
    pub breaker: OneBreaker,
    /// As `[client.default.bulkhead]`.
    pub bulkhead: OneBulkhead,
    /// As `[client.default.balance]`.
    pub balance: OneBalance,
    /// As `[client.default.ejection]`.
    pub ejection: OneEjection,
    /// As `[client.default.limit]`.
    pub limit: OneLimit,
    /// As `[client.default.cache]`.
    pub cache: OneCache,
    /// What is different for one method, by its name in the contract.
    pub methods: BTreeMap<String, OneMethod>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: HumanDuration::from_secs(1),
            attempt_timeout: None,
            total_timeout: HumanDuration::from_secs(30),
            protocol: Protocol::Auto,
            ping_interval: HumanDuration::from_secs(20),
            max_connections: 256,
            max_waiting: 1024,
            idle_timeout: HumanDuration::from_secs(60),
            max_age: HumanDuration::from_secs(300),
            max_answer: ByteSize::from_mib(8),
            max_item: ByteSize::from_mib(1),
            silence_timeout: HumanDuration::from_secs(45),
            default: Policies::default(),
            clients: BTreeMap::new(),
        }
    }
}

impl ClientSettings {
    /// The settings of the client for `contract` (kebab-case).
    pub fn client(&self, contract: &str) -> Settings {
        let nothing = OneClient::default();
        let own = self.clients.get(contract).unwrap_or(&nothing);
        let duration = |own: Option<HumanDuration>, all: HumanDuration| own.unwrap_or(all).into();
        let attempt = own.attempt_timeout.or(self.attempt_timeout);
        Settings {
            url: own.url.clone(),
            required: own.required,
            connect_timeout: duration(own.connect_timeout, self.connect_timeout),
            attempt_timeout: attempt.map(Duration::from),
            total_timeout: duration(own.total_timeout, self.total_timeout),
            protocol: own.protocol.unwrap_or(self.protocol),
            tls: own.tls.clone(),
            ping_interval: duration(own.ping_interval, self.ping_interval),
            max_connections: own.max_connections.unwrap_or(self.max_connections) as usize,
            max_waiting: own.max_waiting.unwrap_or(self.max_waiting) as usize,
            idle_timeout: duration(own.idle_timeout, self.idle_timeout),
            max_age: duration(own.max_age, self.max_age),
            max_answer: own.max_answer.unwrap_or(self.max_answer).as_usize(),
            max_item: own.max_item.unwrap_or(self.max_item).as_usize(),
            silence_timeout: duration(own.silence_timeout, self.silence_timeout),
            policies: own.policies(&self.default),
            methods: own.methods.clone(),
            zone: None,
        }
    }
}

impl OneClient {
    fn policies(&self, all: &Policies) -> Policies {
        Policies {
            retry: self.retry.over(&all.retry),
            budget: self.budget.over(&all.budget),
            hedge: self.hedge.over(&all.hedge),
            breaker: self.breaker.over(&all.breaker),
            bulkhead: self.bulkhead.over(&all.bulkhead),
            balance: self.balance.over(&all.balance),
            ejection: self.ejection.over(&all.ejection),
            limit: self.limit.over(&all.limit),
            cache: self.cache.over(&all.cache),
        }
    }
}
