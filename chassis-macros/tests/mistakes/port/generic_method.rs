use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load<T: Send>(&self, sku: T) -> Result<u32, CallError>;
}

fn main() {}
