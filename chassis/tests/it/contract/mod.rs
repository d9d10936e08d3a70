//! Contracts: every parameter place and every kind of answer through the wire format and back.

mod as_data;
// Time that a test holds, and fakes.
#[cfg(feature = "testing")]
mod local;
mod openapi;
mod problems;
mod refusals;
mod round_trip;

use std::sync::Arc;

use bytes::Bytes;
use chassis::contract::{Bound, Contract, Link, Loopback, Served, Transport};
use chassis::{CallError, Created, Problem, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Sku(String);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Order {
    ByName,
    ByStock,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Stock {
    sku: Sku,
    count: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate)]
struct Reservation {
    #[garde(skip)]
    sku: Sku,
    #[garde(range(min = 1))]
    count: u32,
    #[serde(default)]
    #[garde(dive)]
    notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, garde::Validate)]
struct Note {
    #[garde(ascii, length(max = 3))]
    text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Asked {
    limit: Option<u8>,
    order: Order,
    after: Option<String>,
    tenant: Option<String>,
}

/// What the warehouse offers.
#[service(version = "1")]
trait Inventory {
    /// Stock of one item.
    #[get("/items/{sku}", since = "1.2", timeout = "250ms")]
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError>;

    /// Some items.
    #[get("/items")]
    async fn list(
        &self,
        limit: Option<u8>,
        order: Order,
        #[query("page-token")] after: Option<String>,
        #[header("X-Tenant")] tenant: Option<String>,
    ) -> Result<Asked, InventoryError>;

    #[post("/reservations", max_body = "4KiB")]
    async fn reserve(
        &self,
        request: Reservation,
        #[query] dry: bool,
    ) -> Result<Created<Reservation>, InventoryError>;

    #[put("/items/{sku}/count", cancel = "always")]
    async fn set(
        &self,
        sku: Sku,
        #[header("If-Match")] version: u64,
        #[body] count: u32,
    ) -> Result<(), InventoryError>;

    #[get("/items/{sku}/label", deprecated)]
    async fn label(&self, sku: Sku) -> Result<Bytes, InventoryError>;

    #[patch("/notes")]
    async fn note(&self, note: serde_json::Value) -> Result<serde_json::Value, InventoryError>;
}

#[derive(Debug, thiserror::Error, Problem)]
enum InventoryError {
    /// Nobody knows it.
    #[error("item {sku:?} is unknown")]
    #[problem(status = 404)]
    UnknownItem { sku: Sku, near: Option<String> },
    #[error("come back tomorrow")]
    #[problem(
        status = 409,
        type = "https://example.com/closed",
        title = "We are closed"
    )]
    Closed,
    #[error("the roof leaks at {place}")]
    #[problem(status = 500)]
    Leak { place: u8 },
    #[error("the roof leaks, officially")]
    #[problem(status = 503, public)]
    OfficialLeak,
    #[error("cannot read")]
    #[problem(status = 422)]
    Unreadable {
        source: std::num::ParseIntError,
        line: u32,
    },
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Answers with what it was asked.
struct Echo;

impl Inventory for Echo {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        match sku.0.as_str() {
            "unknown" => Err(InventoryError::UnknownItem { sku, near: None }),
            "near" => Err(InventoryError::UnknownItem {
                sku,
                near: Some("nearer".to_owned()),
            }),
            "closed" => Err(InventoryError::Closed),
            "leak" => Err(InventoryError::Leak { place: 3 }),
            "official" => Err(InventoryError::OfficialLeak),
            "unreadable" => Err(InventoryError::Unreadable {
                source: "x".parse::<u8>().unwrap_err(),
                line: 7,
            }),
            "upstream" => Err(InventoryError::Call(CallError::NoEndpoint {
                service: "orders".to_owned(),
                reason: "secret-host is down".to_owned(),
            })),
            _ => Ok(Stock { sku, count: 7 }),
        }
    }

    async fn list(
        &self,
        limit: Option<u8>,
        order: Order,
        after: Option<String>,
        tenant: Option<String>,
    ) -> Result<Asked, InventoryError> {
        Ok(Asked {
            limit,
            order,
            after,
            tenant,
        })
    }

    async fn reserve(
        &self,
        request: Reservation,
        dry: bool,
    ) -> Result<Created<Reservation>, InventoryError> {
        Ok(Created {
            location: format!("/v1/reservations/{dry}"),
            value: request,
        })
    }

    async fn set(&self, _: Sku, version: u64, count: u32) -> Result<(), InventoryError> {
        assert_eq!((version, count), (u64::MAX, 5));
        Ok(())
    }

    async fn label(&self, sku: Sku) -> Result<Bytes, InventoryError> {
        Ok(Bytes::from(sku.0))
    }

    async fn note(&self, note: serde_json::Value) -> Result<serde_json::Value, InventoryError> {
        Ok(note)
    }
}

/// The implementation behind the contract's trait object.
fn service() -> Arc<dyn Inventory> {
    Served::<dyn Inventory>::into_service(Echo)
}

/// Serves the contract on a socket of another test.
#[cfg(feature = "service")]
pub(crate) fn mount(component: &mut chassis::http::Component<'_>) {
    component.contract(service());
}

/// A client whose calls go through the wire format.
fn client() -> Arc<dyn Inventory> {
    connect(Loopback::new(service()))
}

fn connect(transport: impl Transport) -> Arc<dyn Inventory> {
    let link = Link::unbound();
    assert!(link.bind(Bound::Remote(Arc::new(transport))));
    Contract::connect(link)
}
