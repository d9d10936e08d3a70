use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError> {
        Ok(1)
    }
}

fn main() {}
