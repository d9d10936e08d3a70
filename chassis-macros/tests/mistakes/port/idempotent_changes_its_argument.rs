use chassis::{CallError, port};

#[port]
pub trait StockStore {
    #[idempotent]
    async fn load(&self, into: &mut String) -> Result<(), CallError>;
}

fn main() {}
