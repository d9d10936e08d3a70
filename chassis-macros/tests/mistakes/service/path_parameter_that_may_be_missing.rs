use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: Option<String>) -> Result<u32, CallError>;
}

fn main() {}
