use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items")]
    async fn list(&self, limit: u32, #[query("limit")] most: u32) -> Result<u32, CallError>;
}

fn main() {}
