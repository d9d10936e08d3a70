//! Contracts: what `#[service]` makes of a trait.
//!
//! A contract is known by its trait object: `dyn Inventory` implements [`Contract`]. From it come
//! the routes as data ([`ContractInfo`]), the server side ([`Contract::call`], which takes a
//! [`Request`] and gives an [`Answer`]), and a client that implements the same trait
//! ([`Contract::connect`], over a [`Link`]). No transport is named here: HTTP is one user of these
//! words.

mod info;
mod link;
mod outgoing;
mod reply;
mod request;

use std::sync::Arc;

pub use info::{Cancel, ContractInfo, MethodInfo, ParamInfo, ParamPlace, Schema};
pub use link::{Bound, Link};
pub use outgoing::{Outgoing, Transport, TransportFuture};
pub use reply::{Answer, Created, Reply};
pub use request::{Captures, Request};

/// A service contract. Implemented by `#[service]` for the trait object: `dyn Inventory`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a contract",
    label = "expected `dyn Trait` of a trait marked `#[service]`"
)]
pub trait Contract: Send + Sync + 'static {
    /// Name, version, routes.
    fn info() -> &'static ContractInfo;

    /// Performs one call on an implementation: reads the parameters out of `request` before it
    /// returns, so that nothing of the request is held while the call runs.
    ///
    /// `method` is the index into [`ContractInfo::methods`].
    fn call(service: &Arc<Self>, method: usize, request: &Request<'_>) -> Answer;

    /// An implementation that passes every call over `link`.
    fn connect(link: Link<Self>) -> Arc<Self>;
}

/// A value that can be served under contract `C`: everything that implements its trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be served as `{C}`",
    label = "this type does not implement the contract's trait"
)]
pub trait Served<C: ?Sized>: Send + Sync + 'static {
    /// The value behind the contract's trait object.
    fn into_service(self) -> Arc<C>;
}
