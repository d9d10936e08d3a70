use chassis::{CallError, port};

#[port]
pub trait StockStore {
    #[idempotent(always)]
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

fn main() {}
