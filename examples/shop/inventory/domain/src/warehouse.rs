//! The inbound port's implementation.

use std::sync::Arc;

use chassis::Streaming;
use inventory_contract::{
    Inventory, InventoryError, Reservation, ReservationId, ReservationRequest, Sku, Stock,
};

use crate::{Reserved, StockStore};

/// The warehouse.
pub struct Warehouse {
    store: Arc<dyn StockStore>,
}

impl Warehouse {
    /// A warehouse that keeps its stock in `store`.
    pub fn new(store: Arc<dyn StockStore>) -> Self {
        Self { store }
    }
}

impl Inventory for Warehouse {
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        let stock = self.store.load(&sku).await?;
        stock.ok_or(InventoryError::UnknownItem { sku })
    }

    // ANCHOR: changes
    async fn changes(&self, sku: Sku) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
        if self.store.load(&sku).await?.is_none() {
            return Err(InventoryError::UnknownItem { sku });
        }
        Ok(self.store.changes(&sku).await?.map_err(Into::into))
    }
    // ANCHOR_END: changes

    async fn reserve(
        &self,
        id: ReservationId,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError> {
        let ReservationRequest { sku, quantity } = request;
        match self.store.reserve(&id, &sku, quantity).await? {
            Reserved::Done(made) if made.sku == sku && made.quantity == quantity => Ok(made),
            Reserved::Done(_) => Err(InventoryError::ReservationDiffers { id }),
            Reserved::UnknownItem => Err(InventoryError::UnknownItem { sku }),
            Reserved::OutOfStock(free) => Err(InventoryError::OutOfStock { sku, free }),
        }
    }

    async fn release(&self, id: ReservationId) -> Result<(), InventoryError> {
        Ok(self.store.release(&id).await?)
    }
}
