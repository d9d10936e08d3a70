use chassis::port::Adapter;
use chassis::{CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

struct Memory;

fn adapt<P: ?Sized>(_: impl Adapter<P>) {}

fn compose() {
    adapt::<dyn StockStore>(Memory);
}

fn main() {}
