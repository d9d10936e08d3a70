use chassis::{App, CallError, port};

#[port]
pub trait StockStore {
    async fn load(&self, sku: &str) -> Result<u32, CallError>;
}

struct Memory;

async fn service(app: App) -> chassis::Result {
    let store = app.adapt::<dyn StockStore>(Memory);
    drop(store);
    Ok(())
}

fn main() {
    drop(service);
}
