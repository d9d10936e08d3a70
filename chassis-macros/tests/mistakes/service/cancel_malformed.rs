use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items", cancel = "never")]
    async fn add(&self, sku: String) -> Result<(), CallError>;
}

fn main() {}
