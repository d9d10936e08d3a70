use chassis::{CallError, service};

pub struct Sku(String);

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: Sku) -> Result<u32, CallError>;
}

fn main() {}
