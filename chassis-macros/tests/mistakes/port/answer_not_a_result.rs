use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Option<u32>;
}

fn main() {}
