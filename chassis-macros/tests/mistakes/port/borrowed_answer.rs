use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<&str, CallError>;
}

fn main() {}
