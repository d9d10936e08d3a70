use chassis::{Streaming, port};

#[derive(Debug)]
pub struct StoreError;

#[port]
pub trait StockStore {
    async fn changes(&self) -> Result<Streaming<u32, StoreError>, chassis::CallError>;
}

fn main() {}
