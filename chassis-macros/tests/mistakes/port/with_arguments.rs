use chassis::{CallError, port};

#[port(name = "stock")]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

fn main() {}
