//! Contracts: every parameter place and every kind of answer through the wire format and back.

use std::sync::Arc;

use bytes::Bytes;
use chassis::contract::{Bound, Contract, Link, Loopback};
use chassis::{CallError, Created, service};
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
    ) -> Result<Vec<String>, InventoryError>;

    #[post("/reservations", max_body = "4KiB")]
    async fn reserve(
        &self,
        request: Reservation,
        #[query] dry: bool,
    ) -> Result<Created<Reservation>, InventoryError>;

    #[put("/items/{sku}/count")]
    async fn set(
        &self,
        sku: Sku,
        #[header("If-Match")] version: u64,
        #[body] count: u32,
    ) -> Result<(), InventoryError>;

    #[get("/items/{sku}/label", deprecated)]
    async fn label(&self, sku: Sku) -> Result<Bytes, InventoryError>;
}

type InventoryError = CallError;

/// Answers with what it was asked.
struct Echo;

impl Inventory for Echo {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        Ok(Stock { sku, count: 7 })
    }

    async fn list(
        &self,
        limit: Option<u8>,
        order: Order,
        after: Option<String>,
        tenant: Option<String>,
    ) -> Result<Vec<String>, InventoryError> {
        Ok(vec![format!("{limit:?} {order:?} {after:?} {tenant:?}")])
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

    async fn set(&self, _: Sku, _: u64, _: u32) -> Result<(), InventoryError> {
        Ok(())
    }

    async fn label(&self, sku: Sku) -> Result<Bytes, InventoryError> {
        Ok(Bytes::from(sku.0))
    }
}

/// A client whose calls go through the wire format.
fn client() -> Arc<dyn Inventory> {
    let service = chassis::contract::Served::<dyn Inventory>::into_service(Echo);
    let link = Link::unbound();
    assert!(link.bind(Bound::Remote(Arc::new(Loopback::new(service)))));
    Contract::connect(link)
}

#[tokio::test]
async fn values_cross_unchanged() {
    let client = client();
    let sku = Sku("a/b c%d?e&f+ü".to_owned());
    let stock = client.stock(sku.clone()).await.unwrap();
    assert_eq!(stock, Stock { sku, count: 7 });
}
