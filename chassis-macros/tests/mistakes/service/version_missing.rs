use chassis::{CallError, service};

#[service()]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

fn main() {}
