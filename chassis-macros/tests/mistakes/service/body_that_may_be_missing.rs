use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items")]
    async fn add(&self, sku: Option<String>) -> Result<(), CallError>;
}

fn main() {}
