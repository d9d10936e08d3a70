use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

async fn count(store: &dyn StockStore) -> Result<u32, CallError> {
    store.load("bolt").await
}

fn main() {}
