//! [`Desk`]: where the admin listener gets what it shows, and does what it is told.

use bytes::Bytes;
use serde_json::Value;
use tokio::runtime::Handle;

use super::model::{Hexagon, Live};
use super::{Asked, Board, Order};
use crate::http::Edge;

/// What the process shows of itself, and the few things that can be changed.
pub(crate) trait Desk: Send + Sync + 'static {
    /// The hexagon page.
    fn hexagon(&self, asked: &Asked) -> Hexagon;
    /// The numbers of the page.
    fn board(&self) -> &Board;
    /// What else of the page may change.
    fn live(&self) -> Live;
    /// `GET /admin/ports`: outbound ports and clients, with their recent failures.
    fn ports(&self) -> Value;
    /// `GET /admin/config`: the effective values, each with its source.
    fn config(&self) -> Value;
    /// `GET /admin/health`: every check.
    fn health(&self) -> Value;
    /// `GET /admin/routes`: what is served.
    fn routes(&self) -> Value;
    /// The contracts as OpenAPI 3.1; `None` where nothing is served by contract.
    fn openapi(&self) -> Option<Bytes>;
    /// The service's own edge, and the runtime that its calls run on. `None` once it has stopped.
    fn service(&self) -> Option<(Edge, Handle)>;
    /// Sets the log level: gives the level that rules now.
    ///
    /// # Errors
    ///
    /// Why the text is none.
    fn set_level(&self, level: &str) -> Result<String, String>;
    /// Forces a policy of an outbound port: gives how its policies stand then.
    ///
    /// # Errors
    ///
    /// Why that cannot be done.
    fn obey(&self, order: &Order) -> Result<Value, String>;
}
