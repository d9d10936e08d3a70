use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", idempotent)]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
