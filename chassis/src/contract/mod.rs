//! Contracts: what `#[service]` makes of a trait.
//!
//! A contract is known by its trait object: `dyn Inventory` implements [`Contract`]. From it come
//! the routes as data ([`ContractInfo`]), the server side ([`Contract::call`], which takes a
//! [`Request`] and gives an [`Answer`]), and a client that implements the same trait
//! ([`Contract::connect`], over a [`Link`]). No transport is named here: HTTP is one user of these
//! words.
//!
//! Start at [`Contract`]. What the expansion calls lies in one file a step: `params` and `body` read
//! a request, `answers` writes its answer; `encode` and `decode` are the client's side of the same;
//! `streaming` holds answers that come item by item.
//! [`Loopback`] joins both sides without a wire, and [`openapi()`] describes a contract to others.

mod answers;
mod body;
mod decode;
mod encode;
mod info;
mod json;
mod link;
mod loopback;
mod openapi;
mod outgoing;
mod params;
mod percent;
mod refusal;
mod reply;
mod request;
mod serves;
mod spare;
mod streaming;

use std::sync::Arc;

pub use info::{
    CacheInfo, Cancel, ContractInfo, MethodInfo, ParamInfo, ParamPlace, Schema, StreamInfo,
};
pub use link::{Bound, Link};
pub use loopback::Loopback;
pub use openapi::openapi;
pub use outgoing::{Outgoing, StreamFuture, Transport, TransportFuture};
pub use reply::{Answer, Created, Reply};
pub use request::{Captures, Request};
pub use serves::{Served, Serves};
#[cfg(feature = "service")]
pub(crate) use spare::{headers as spare_headers, keep_headers, keep_target};
pub use streaming::{Body, Chunks, Format, Frame, FrameKind, Frames, Item, Received, Streaming};

/// What the expansion of `#[service]` calls; public only through `__private`.
pub(crate) mod expansion {
    pub use super::answers::{answer_bytes, answer_created, answer_empty, answer_json};
    pub use super::body::{Check, CheckAnything, CheckValidated, body};
    pub use super::decode::Decoder;
    pub use super::encode::Encoder;
    pub use super::params::{header, header_optional, path, query, query_optional};
    pub use super::refusal::{Refusal, unknown_method};
    pub use super::streaming::{accept, answer_streaming};
}

use refusal::Refusal;

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
