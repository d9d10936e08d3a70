use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Warehouse;

impl Inventory for Warehouse {
    async fn stock(&self, sku: &str) -> Result<u32, CallError> {
        Ok(sku.len() as u32)
    }
}

fn main() {}
