use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

async fn count(inventory: &impl Inventory) -> Result<u32, CallError> {
    inventory.stock("bolt".to_owned()).await
}

async fn both(inventory: &dyn Inventory) -> Result<u32, CallError> {
    count(&inventory).await
}

fn main() {}
