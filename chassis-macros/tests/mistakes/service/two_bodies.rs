use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items")]
    async fn add(&self, sku: String, count: u32) -> Result<(), CallError>;
}

fn main() {}
