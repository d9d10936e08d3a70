use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items", idempotent, idempotent)]
    async fn add(&self) -> Result<u32, CallError>;
}

fn main() {}
