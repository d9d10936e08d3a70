//! The client's side of HTTP: [`HttpTransport`] carries the calls of one contract to the instances
//! of a service.
//!
//! Read `call.rs` from top to bottom: it is one call, in the order of its steps; `attempt.rs` is one
//! attempt of it, `judge.rs` says what its result means to the policies. Below them lie the
//! endpoints that discovery knows (`endpoints.rs`), which of them is next (`balance.rs`), and the pool of connections that each has (`pool/`, `dial.rs`).
//!
//! An answer that streams (`incoming.rs`) keeps its connection, and its slot, until it is over.
//!
//! Both HTTP/1.1, one call at a time on a connection, and HTTP/2, whose calls share one, look alike
//! above the pool (`wire/`). Dropping a call's future closes its connection, or resets its stream,
//! which is how the callee learns that nobody waits any more.

mod answer;
mod attempt;
mod balance;
mod cached;
mod call;
mod chaos;
mod dial;
mod endpoints;
mod fault;
mod general;
mod incoming;
mod judge;
mod layer;
mod limit;
mod observe;
mod pool;
mod settings;
mod standby;
mod target;
mod transport;
mod tried;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use balance::EndpointView;
pub use balance::{BalanceOptions, KeySource};
pub(crate) use cached::Cached;
pub use chaos::Injector;
pub(crate) use endpoints::Endpoints;
pub use general::{Client, RequestBuilder, Response};
pub use layer::{ClientTelemetry, ClientTelemetryFuture, ClientTelemetryLayer};
pub(crate) use observe::Methods as Observed;
pub use settings::{
    BalanceRule, BalanceTable, BreakerTable, BudgetTable, BulkheadTable, CacheTable,
    ClientSettings, EjectionTable, HedgeTable, LimitTable, OneBalance, OneBreaker, OneBudget,
    OneBulkhead, OneCache, OneClient, OneEjection, OneHedge, OneLimit, OneMethod, OneRetry,
    Policies, Protocol, RetryTable, Settings,
};
pub(crate) use settings::{Place, breaker, budget, bulkhead, retry};
pub(crate) use standby::Standby;
pub(crate) use target::open_tls;
pub use target::{Remote, Target};
pub use transport::HttpTransport;
