use chassis::{CallError, service};
use schemars::JsonSchema;

#[derive(JsonSchema)]
pub struct Stock {
    pub free: u32,
}

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<Stock, CallError>;
}

fn main() {}
