/// Where stock is kept.
pub trait StockStore {
    #[idempotent]
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError>;

    async fn rename<'n>(&self, old: &'n Sku, new: Cow<'_, str>) -> Result<(), StoreError>;

    async fn changes(&self) -> Result<Streaming<Stock, StoreError>, StoreError>;
}
