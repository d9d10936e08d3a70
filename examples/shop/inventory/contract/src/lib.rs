//! What the warehouse offers: stock of items, and reservations of it.

use chassis::{CallError, Problem, Streaming, service};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The warehouse.
#[service(version = "1")]
pub trait Inventory {
    /// Stock of one item.
    #[get("/items/{sku}")]
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError>;

    /// Stock of one item: as it is now, and again whenever it has changed.
    // ANCHOR: changes
    #[get("/items/{sku}/changes")]
    async fn changes(&self, sku: Sku) -> Result<Streaming<Stock, InventoryError>, InventoryError>;
    // ANCHOR_END: changes

    /// Reserves stock under an id that the caller chose. Said twice, it reserves once.
    #[put("/reservations/{id}")]
    async fn reserve(
        &self,
        id: ReservationId,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError>;

    /// Puts reserved stock back. Releasing what is not reserved does nothing.
    #[delete("/reservations/{id}")]
    async fn release(&self, id: ReservationId) -> Result<(), InventoryError>;
}

/// Stock keeping unit: the name of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
pub struct Sku(#[garde(length(min = 1, max = 40))] pub String);

/// How many pieces of an item are free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stock {
    /// The item.
    pub sku: Sku,
    /// Pieces that nobody has reserved.
    pub free: u32,
    /// Price of a piece, in cents.
    pub price_cents: u64,
}

/// The id of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ReservationId(pub String);

/// What to reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct ReservationRequest {
    /// The item.
    #[garde(dive)]
    pub sku: Sku,
    /// How many pieces.
    #[garde(range(min = 1, max = 1_000))]
    pub quantity: u32,
}

/// Stock that is kept for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// The item.
    pub sku: Sku,
    /// How many pieces.
    pub quantity: u32,
    /// Price of a piece when it was reserved, in cents.
    pub price_cents: u64,
}

/// Why the warehouse cannot do what was asked.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum InventoryError {
    /// The warehouse does not keep this item.
    #[error("item {sku} is unknown", sku = sku.0)]
    #[problem(status = 404)]
    UnknownItem {
        /// The item that was asked for.
        sku: Sku,
    },
    /// Fewer pieces are free than were asked for.
    #[error("only {free} of {sku} are free", sku = sku.0)]
    #[problem(status = 409)]
    OutOfStock {
        /// The item that was asked for.
        sku: Sku,
        /// How many are free.
        free: u32,
    },
    /// The id is taken by a reservation of something else.
    #[error("reservation {id} exists already, for something else", id = id.0)]
    #[problem(status = 422)]
    ReservationDiffers {
        /// The id that was given.
        id: ReservationId,
    },
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}
