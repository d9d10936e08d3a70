use chassis::port;

#[derive(Debug, thiserror::Error)]
#[error("failed")]
pub struct StoreError;

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, StoreError>;
}

fn main() {}
