use chassis::{CallError, service};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Stock {
    count: u32,
}

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<Stock, CallError>;
}

fn main() {}
