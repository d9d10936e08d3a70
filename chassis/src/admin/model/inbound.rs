//! What a component offers.

use serde::Serialize;

use super::{Figures, Setting};

/// An inbound port: a contract, or a router that was merged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Inbound {
    /// `orders/in/inventory-v1`.
    pub(crate) id: String,
    /// What it is.
    pub(crate) kind: InboundKind,
    /// The contract's name; `router` and a number where it was merged.
    pub(crate) name: String,
    /// The contract's version.
    pub(crate) version: Option<String>,
    /// The contract's doc comment.
    pub(crate) doc: String,
    /// Where the trait stands: `file:line`.
    pub(crate) source: Option<String>,
    /// Its routes together.
    pub(crate) figures: Figures,
    /// Its routes.
    pub(crate) routes: Vec<Route>,
    /// How many there are; more than `routes` holds where the list was cut.
    pub(crate) routes_total: usize,
    /// The configuration that made it so.
    pub(crate) settings: Vec<Setting>,
}

/// What an inbound port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InboundKind {
    /// A contract of `#[service]`.
    Contract,
    /// An axum router of `app.merge`.
    Router,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Route {
    /// The HTTP method; `*` where the router takes any.
    pub(crate) method: String,
    /// The template: `/v1/items/{sku}`.
    pub(crate) path: String,
    /// The contract's method: `stock`; empty for a merged router's.
    pub(crate) name: String,
    /// The first paragraph of its doc comment.
    pub(crate) summary: String,
    /// Where it stands: `file:line`.
    pub(crate) source: Option<String>,
    /// Its policy; `None` for a merged router's, which has its own.
    pub(crate) policy: Option<RoutePolicy>,
    /// By which operation of `/admin/openapi.json` it can be tried.
    pub(crate) operation: Option<String>,
    /// Its numbers.
    pub(crate) figures: Figures,
}

/// What holds for calls of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RoutePolicy {
    /// Limit of a call, where the caller has not less.
    pub(crate) timeout_ms: u64,
    /// Limit of the request's body; `None`: it takes none.
    pub(crate) max_body_bytes: Option<u64>,
    /// Whether a caller may repeat it.
    pub(crate) idempotent: bool,
    /// Whether the call ends when its caller hangs up.
    pub(crate) cancelled_with_caller: bool,
    /// Marked `deprecated`.
    pub(crate) deprecated: bool,
    /// The version that brought it.
    pub(crate) since: Option<String>,
}
