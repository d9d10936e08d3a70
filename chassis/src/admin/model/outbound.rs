//! What a component needs.

use serde::Serialize;

use super::{Figures, Policies, Setting};

/// An outbound port: a client of another contract, or a port with its adapter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Outbound {
    /// `orders/out/inventory-v1`.
    pub(crate) id: String,
    /// What it is.
    pub(crate) kind: OutboundKind,
    /// The contract's or the port's name.
    pub(crate) name: String,
    /// The contract's version.
    pub(crate) version: Option<String>,
    /// The doc comment of the contract or the port.
    pub(crate) doc: String,
    /// What connects it: the adapter's type (`SqlStock`), `HTTP/1.1`, `local`.
    pub(crate) adapter: String,
    /// The adapter's type with its path; else as `adapter`.
    pub(crate) adapter_path: String,
    /// Where it leads.
    pub(crate) leads_to: LeadsTo,
    /// How it stands: changes while the page is open.
    pub(crate) state: PortState,
    /// Its methods together.
    pub(crate) figures: Figures,
    /// Its methods.
    pub(crate) methods: Vec<Method>,
    /// What holds for its calls: name and value, as people read it.
    pub(crate) policy: Vec<(String, String)>,
    /// How its policies stand; `None` where it has none.
    pub(crate) policies: Option<Policies>,
    /// The configuration that made it so.
    pub(crate) settings: Vec<Setting>,
}

/// What an outbound port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OutboundKind {
    /// A client of another contract: `app.client`.
    Client,
    /// A port with an adapter: `app.adapt`.
    Port,
    /// The service's own store: `app.sql`.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "no store is built in")
    )]
    Store,
}

/// Where an outbound port leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum LeadsTo {
    /// To another component of this process: the two hexagons are joined there.
    Component {
        /// Its name.
        name: String,
        /// The [`Inbound::id`](super::Inbound::id) that answers.
        port: String,
        /// `local:` or `local:?encode=json`.
        url: String,
    },
    /// To another process.
    Service {
        /// What it is called there.
        name: String,
        /// Where its addresses come from, for people.
        origin: String,
    },
    /// To what only the adapter knows.
    Adapter,
}

/// How an outbound port stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PortState {
    /// `ok`, `failing` (the last calls failed, or the breaker is open), `no-instance`, `stale` (the registry is lost),
    /// `idle` (never called).
    pub(crate) name: &'static str,
    /// Why, in words.
    pub(crate) why: Option<String>,
    /// How its breaker stands; `None` where it has none.
    pub(crate) breaker: Option<&'static str>,
    /// What it speaks to: at most 50.
    pub(crate) addresses: Vec<Address>,
    /// How many there are.
    pub(crate) addresses_total: usize,
    /// Since when the addresses are as they are, in milliseconds since 1970; `None` where nothing
    /// is known of any.
    pub(crate) known_since_unix_ms: Option<u64>,
    /// The last failures, the newest first.
    pub(crate) failures: Vec<Failed>,
}

/// One address that is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Address {
    /// `10.0.0.7:8080`, or an URL without user and query.
    pub(crate) address: String,
    /// The instance's id; empty where it has none.
    pub(crate) id: String,
    /// Where it runs.
    pub(crate) zone: Option<String>,
    /// Its share of the calls; 0 takes none.
    pub(crate) weight: u32,
}

/// One call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failed {
    /// When it ended, in milliseconds since 1970.
    pub(crate) at_unix_ms: u64,
    /// Which method of the port.
    pub(crate) method: String,
    /// `error.type`.
    pub(crate) error_type: String,
    /// Where to look further.
    pub(crate) trace_id: String,
}

/// One method of an outbound port.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Method {
    /// As in the trait.
    pub(crate) name: String,
    /// The first paragraph of its doc comment.
    pub(crate) summary: String,
    /// `GET /v1/items/{sku}`; `None` for a port's.
    pub(crate) route: Option<String>,
    /// Whether it may be repeated.
    pub(crate) idempotent: bool,
    /// Its numbers.
    pub(crate) figures: Figures,
}
