use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items?limit={limit}")]
    async fn list(&self, limit: u32) -> Result<u32, CallError>;
}

fn main() {}
