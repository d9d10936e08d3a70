use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory<T> {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

fn main() {}
