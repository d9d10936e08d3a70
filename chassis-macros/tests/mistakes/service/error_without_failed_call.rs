use chassis::{Problem, service};

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("unknown")]
    #[problem(status = 404)]
    Unknown,
}

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, InventoryError>;
}

fn main() {}
