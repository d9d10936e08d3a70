use chassis::{CallError, service};

#[service(version = "1", name = "stock")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

fn main() {}
