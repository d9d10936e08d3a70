use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;

    #[get("/items/{id}")]
    async fn item(&self, id: u32) -> Result<u32, CallError>;
}

fn main() {}
