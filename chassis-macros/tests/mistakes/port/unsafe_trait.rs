use chassis::{CallError, port};

#[port]
pub unsafe trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

fn main() {}
