use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items", max_body = "64k")]
    async fn add(&self, sku: String) -> Result<(), CallError>;
}

fn main() {}
