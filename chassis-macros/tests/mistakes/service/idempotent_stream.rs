use chassis::{CallError, Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items", idempotent)]
    async fn add(&self) -> Result<Streaming<u32>, CallError>;
}

fn main() {}
