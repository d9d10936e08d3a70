//! The outbound port: where stock is kept.

use chassis::port::Fault;
use chassis::{CallError, Streaming, port};
use inventory_contract::{InventoryError, Reservation, ReservationId, Sku, Stock};

/// Where stock and reservations are kept.
#[port]
pub trait StockStore {
    /// One item's stock.
    #[idempotent]
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError>;

    /// One item's stock, now and whenever it has changed.
    async fn changes(&self, sku: &Sku) -> Result<Streaming<Stock, StoreError>, StoreError>;

    /// Takes stock for a reservation, in one step: never more than is free, once for an id.
    #[idempotent]
    async fn reserve(
        &self,
        id: &ReservationId,
        sku: &Sku,
        quantity: u32,
    ) -> Result<Reserved, StoreError>;

    /// Gives a reservation's stock back, if there is one.
    #[idempotent]
    async fn release(&self, id: &ReservationId) -> Result<(), StoreError>;

    /// Fills every item that has fewer than `below` free pieces up to `level`; gives how many
    /// items that were.
    #[idempotent]
    async fn restock(&self, below: u32, level: u32) -> Result<u64, StoreError>;
}

/// How [`StockStore::reserve`] went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// The id has a reservation: made now, or by an earlier call.
    Done(Reservation),
    /// There is no such item.
    UnknownItem,
    /// Only this many pieces are free.
    OutOfStock(u32),
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The call itself failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system behind the port failed.
    #[error("the stock store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Every value says that the store failed: it counts for the breaker, and what may be repeated is.
impl Fault for StoreError {}

impl From<StoreError> for InventoryError {
    fn from(error: StoreError) -> Self {
        Self::Call(match error {
            StoreError::Call(call) => call,
            StoreError::Failed(source) => CallError::Failed {
                service: "stock-store".to_owned(),
                source,
            },
        })
    }
}
