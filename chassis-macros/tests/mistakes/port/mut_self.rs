use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&mut self, sku: &str) -> Result<u32, CallError>;
}

fn main() {}
