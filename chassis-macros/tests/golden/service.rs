/// What the warehouse offers.
pub trait Inventory {
    /// Stock of one item.
    #[get("/items/{sku}", timeout = "250ms", since = "1.2", cache = "30s, public")]
    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError>;

    #[put("/items/{sku}/count", max_body = "1KiB", deprecated)]
    async fn set(
        &self,
        sku: Sku,
        #[header("If-Match")] version: Option<u64>,
        count: u32,
    ) -> Result<(), InventoryError>;

    /// Takes some of an item for an order.
    #[post("/reservations", idempotent)]
    async fn reserve(&self, request: ReservationRequest) -> Result<Reservation, InventoryError>;

    /// Changes of one item's stock.
    #[get("/items/{sku}/changes", item_timeout = "5s")]
    async fn watch(&self, sku: Sku) -> Result<Streaming<Stock, InventoryError>, InventoryError>;
}
